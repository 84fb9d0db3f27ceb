package dev.millrace.connect.files.unpack;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.snappy.FramedSnappyCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** Ways of compressing a stream, known by their first bytes. */
enum Compression {
  GZIP(List.of(".gz", ".gzip", ".tgz"), 0x1f, 0x8b, 0x08) {
    @Override
    InputStream open(InputStream in) throws IOException {
      return GzipCompressorInputStream.builder()
          .setInputStream(in)
          .setDecompressConcatenated(true)
          .get();
    }
  },
  BZIP2(List.of(".bz2", ".tbz2"), 'B', 'Z', 'h') {
    @Override
    boolean begins(byte[] head, int length) {
      // Behind the level stands pi, or the square root of pi if nothing was compressed.
      return super.begins(head, length)
          && length >= 10
          && head[3] >= '1'
          && head[3] <= '9'
          && (head[4] == 0x31 || head[4] == 0x17);
    }

    @Override
    InputStream open(InputStream in) throws IOException {
      return new BZip2CompressorInputStream(in, true);
    }
  },
  XZ(List.of(".xz", ".txz"), 0xfd, '7', 'z', 'X', 'Z', 0x00) {
    @Override
    InputStream open(InputStream in) throws IOException {
      return XZCompressorInputStream.builder()
          .setInputStream(in)
          .setDecompressConcatenated(true)
          .setMemoryLimitKiB(XZ_MEMORY_KIB)
          .get();
    }
  },
  ZSTD(List.of(".zst", ".zstd", ".tzst"), 0x28, 0xb5, 0x2f, 0xfd) {
    @Override
    InputStream open(InputStream in) throws IOException {
      return new ZstdInputStream(in);
    }
  },
  LZ4(List.of(".lz4"), 0x04, 0x22, 0x4d, 0x18) {
    @Override
    InputStream open(InputStream in) throws IOException {
      return new FramedLZ4CompressorInputStream(in, true);
    }
  },
  SNAPPY(List.of(".sz", ".snappy"), 0xff, 0x06, 0x00, 0x00, 's', 'N', 'a', 'P', 'p', 'Y') {
    @Override
    InputStream open(InputStream in) throws IOException {
      return new FramedSnappyCompressorInputStream(in);
    }
  };

  private static final int XZ_MEMORY_KIB = 256 << 10;

  private final List<String> suffixes;
  private final int[] magic;

  Compression(List<String> suffixes, int... magic) {
    this.suffixes = suffixes;
    this.magic = magic;
  }

  /** The unpacked bytes; it throws when they end too early. */
  abstract InputStream open(InputStream in) throws IOException;

  boolean begins(byte[] head, int length) {
    if (length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** The name without the ending that tells of this compression. */
  String unpackedName(String name) {
    for (String suffix : suffixes) {
      if (name.length() > suffix.length()
          && name.regionMatches(
              true, name.length() - suffix.length(), suffix, 0, suffix.length())) {
        return name.substring(0, name.length() - suffix.length());
      }
    }
    return name;
  }

  /** The one that a stream with these first bytes was compressed by. */
  static Optional<Compression> of(byte[] head, int length) {
    for (Compression compression : values()) {
      if (compression.begins(head, length)) {
        return Optional.of(compression);
      }
    }
    return Optional.empty();
  }
}
