package dev.millrace.connect.files.unpack;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** An open tar or zip, read from its first entry to its last. */
final class Archive {
  private static final int TAR_MAGIC_AT = 257;
  private static final int ZIP_END_BYTES = 22;
  private static final int ZIP_TAIL = 1 << 17;
  private static final int TAR_RECORD = 512;

  private final Kind kind;
  private final CountedStream bytes;
  private final ArchiveInputStream<? extends ArchiveEntry> in;
  private int entries;

  /** Kinds of archives that can be read. */
  enum Kind {
    TAR,
    ZIP
  }

  private Archive(Kind kind, CountedStream bytes, ArchiveInputStream<? extends ArchiveEntry> in) {
    this.kind = kind;
    this.bytes = bytes;
    this.in = in;
  }

  /** The kind that a stream with these first bytes is; empty if it is none. */
  static Optional<Kind> of(byte[] head, int length) throws BadContentException {
    if (begins(head, length, 0, "PK\3\4") || begins(head, length, 0, "PK\5\6")) {
      return Optional.of(Kind.ZIP);
    }
    if (begins(head, length, TAR_MAGIC_AT, "ustar")) {
      return Optional.of(Kind.TAR);
    }
    if (begins(head, length, 0, "7z\u00bc\u00af\u0027\u001c")) {
      throw new BadContentException("a 7z archive cannot be read; pack it as zip or tar");
    }
    if (begins(head, length, 0, "Rar!\u001a\u0007")) {
      throw new BadContentException("a RAR archive cannot be read; pack it as zip or tar");
    }
    return Optional.empty();
  }

  private static boolean begins(byte[] head, int length, int at, String magic) {
    if (length < at + magic.length()) {
      return false;
    }
    for (int i = 0; i < magic.length(); i++) {
      if ((head[at + i] & 0xff) != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static Archive open(Kind kind, InputStream in) {
    return switch (kind) {
      case TAR -> {
        CountedStream bytes = new CountedStream(in, TAR_RECORD);
        yield new Archive(kind, bytes, new TarArchiveInputStream(bytes));
      }
      case ZIP -> {
        CountedStream bytes = new CountedStream(in, ZIP_TAIL);
        yield new Archive(kind, bytes, new ZipArchiveInputStream(bytes));
      }
    };
  }

  /** The name of the next file in it, whose bytes {@link #content} has; null at the end. */
  @Nullable String next() throws IOException {
    ArchiveEntry entry = in.getNextEntry();
    while (entry != null) {
      entries++;
      if (!entry.isDirectory()) {
        requireReadable(entry);
        return entry.getName();
      }
      entry = in.getNextEntry();
    }
    requireEnd();
    return null;
  }

  private void requireReadable(ArchiveEntry entry) throws BadContentException {
    if (entry instanceof ZipArchiveEntry zipped && zipped.getGeneralPurposeBit().usesEncryption()) {
      throw new BadContentException(
          "`" + BadContentException.shown(entry.getName()) + "` in the archive is encrypted");
    }
    if (!in.canReadEntryData(entry)) {
      throw new BadContentException(
          "`"
              + BadContentException.shown(entry.getName())
              + "` in the archive is packed in a way that cannot be read");
    }
  }

  /** The bytes of the entry that {@link #next} named; not to be closed. */
  InputStream content() {
    return in;
  }

  /** An archive that was cut off between two entries looks as if it had ended. */
  private void requireEnd() throws IOException {
    byte[] rest = new byte[8192];
    while (bytes.read(rest, 0, rest.length) >= 0) {
      // The directory of a zip, or what fills up a tar.
    }
    boolean whole = kind == Kind.ZIP ? zipEnd() : tarEnd();
    if (!whole) {
      throw new BadContentException("the archive is cut off behind its entry " + entries);
    }
  }

  private boolean tarEnd() {
    for (int i = 0; i < TAR_RECORD; i++) {
      if (bytes.fromEnd(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Looks for the record that ends a zip, and for the number of entries in it. */
  private boolean zipEnd() {
    for (int back = ZIP_END_BYTES - 1; back < ZIP_TAIL && back < bytes.count(); back++) {
      if (bytes.fromEnd(back) == 'P'
          && bytes.fromEnd(back - 1) == 'K'
          && bytes.fromEnd(back - 2) == 5
          && bytes.fromEnd(back - 3) == 6) {
        int told = (bytes.fromEnd(back - 10) & 0xff) | (bytes.fromEnd(back - 11) & 0xff) << 8;
        if (told == 0xffff || told == (entries & 0xffff)) {
          return true;
        }
      }
    }
    return false;
  }
}
