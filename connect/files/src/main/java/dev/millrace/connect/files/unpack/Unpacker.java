package dev.millrace.connect.files.unpack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Undoes what a file was packed with, in any combination: each of the files in it, one after the
 * other, in constant memory.
 */
public final class Unpacker {
  private static final int HEAD = 512;
  private static final int BUFFER = 64 << 10;
  private static final int MAX_LAYERS = 6;

  private final UnpackLimits limits;
  private final CountedStream packed;
  private final Deque<Level> levels = new ArrayDeque<>();
  private @Nullable Content first;
  // By depth: what one layer becomes is not counted again when the next one is undone.
  private final long[] unpacked = new long[MAX_LAYERS + 2];
  private long entries;

  /** An archive that is being read, itself within others. */
  private record Level(Archive archive, String path, int layers) {}

  /**
   * One file.
   *
   * @param path the packed file's name and, behind a {@code !}, the path in each archive
   * @param name the last part of the path, without endings of compressions
   * @param packed false if these are the bytes of the file as it is
   * @param bytes not to be closed; they can be marked
   */
  public record Content(String path, String name, boolean packed, InputStream bytes) {}

  private Unpacker(UnpackLimits limits, CountedStream packed) {
    this.limits = limits;
    this.packed = packed;
  }

  /**
   * Looks at the first bytes.
   *
   * @param path of the packed file
   * @param bytes of it; the caller closes it
   * @throws BadContentException if it is not what it seems to be
   */
  public static Unpacker open(String path, InputStream bytes, UnpackLimits limits)
      throws IOException {
    CountedStream packed = new CountedStream(bytes, 1);
    Unpacker unpacker = new Unpacker(limits, packed);
    unpacker.first = unpacker.peel(path, path, new BufferedInputStream(packed, BUFFER), 0);
    return unpacker;
  }

  /**
   * The next file in it; what is left of the one before is passed over. Null at the end.
   *
   * @throws BadContentException if it is damaged, too large, or not safe
   */
  public @Nullable Content next() throws IOException {
    Content only = first;
    if (only != null) {
      first = null;
      return only;
    }
    while (!levels.isEmpty()) {
      Level level = levels.element();
      String name = level.archive().next();
      if (name == null) {
        levels.remove();
        continue;
      }
      requireSafe(name);
      if (++entries > limits.maxEntries()) {
        throw new BadContentException(
            "the archive has more than " + limits.maxEntries() + " entries (`max_entries`)");
      }
      Content content =
          peel(
              level.path() + "!" + name,
              name,
              new BufferedInputStream(
                  new Limited(level.archive().content(), level.layers() + 1), BUFFER),
              level.layers() + 1);
      if (content != null) {
        return content;
      }
    }
    return null;
  }

  /** Compressed bytes so far, as far as they were taken. */
  public long packedBytes() {
    return packed.count();
  }

  /** Unpacked bytes so far. */
  public long unpackedBytes() {
    return Math.max(packed.count(), Arrays.stream(unpacked).max().orElse(0));
  }

  /** The content below all compressions; null if that is an archive, which is then the level. */
  private @Nullable Content peel(String path, String name, InputStream bytes, int layers)
      throws IOException {
    if (layers > MAX_LAYERS) {
      throw new BadContentException("packed more than " + MAX_LAYERS + " times over");
    }
    byte[] head = new byte[HEAD];
    bytes.mark(HEAD);
    int length = bytes.readNBytes(head, 0, HEAD);
    bytes.reset();
    Optional<Compression> compression = Compression.of(head, length);
    if (compression.isPresent()) {
      InputStream open = new Limited(compression.get().open(bytes), layers + 1);
      String unpackedName = compression.get().unpackedName(name);
      return peel(path, unpackedName, new BufferedInputStream(open, BUFFER), layers + 1);
    }
    Optional<Archive.Kind> archive = Archive.of(head, length);
    if (archive.isPresent()) {
      levels.push(new Level(Archive.open(archive.get(), bytes), path, layers));
      return null;
    }
    return new Content(path, name.substring(name.lastIndexOf('/') + 1), layers > 0, bytes);
  }

  /** No entry is ever written to a disk; but its path becomes the name of a source of rows. */
  private static void requireSafe(String name) throws BadContentException {
    boolean climbs = false;
    for (String part : name.split("[/\\\\]")) {
      climbs |= part.equals("..");
    }
    if (climbs || name.startsWith("/") || name.startsWith("\\") || name.indexOf('\0') >= 0) {
      throw new BadContentException(
          "`"
              + BadContentException.shown(name.replace("\0", "\\0"))
              + "` in the archive leads out of it");
    }
  }

  /** Watches over what one layer becomes. */
  private final class Limited extends InputStream {
    private final InputStream in;
    private final int depth;

    Limited(InputStream in, int depth) {
      this.in = in;
      this.depth = depth;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int read = read(one, 0, 1);
      return read < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = in.read(target, offset, length);
      if (read > 0) {
        unpacked[depth] += read;
        limits.check(unpacked[depth], packed.count());
      }
      return read;
    }
  }
}
