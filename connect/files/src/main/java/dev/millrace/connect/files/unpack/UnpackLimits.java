package dev.millrace.connect.files.unpack;

/**
 * What a file may become.
 *
 * @param maxBytes unpacked
 * @param maxRatio of unpacked to packed bytes, once there are {@link #RATIO_COUNTS_FROM}
 * @param maxEntries of archives
 */
public record UnpackLimits(long maxBytes, double maxRatio, long maxEntries) {
  /** Small files may be packed as tightly as they like. */
  static final long RATIO_COUNTS_FROM = 16 << 20;
}
