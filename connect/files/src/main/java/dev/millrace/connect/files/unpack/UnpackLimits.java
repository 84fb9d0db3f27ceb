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

  /**
   * Looks at what a file has become so far.
   *
   * @param unpacked bytes
   * @param packed bytes that they came from
   * @throws BadContentException if that is too much
   */
  public void check(long unpacked, long packed) throws BadContentException {
    if (unpacked > maxBytes) {
      throw new BadContentException(
          "unpacked it has more than " + maxBytes + " bytes (`max_unpacked`)");
    }
    if (unpacked > RATIO_COUNTS_FROM && (double) unpacked / Math.max(1, packed) > maxRatio) {
      throw new BadContentException(
          "it grows to more than %.0f times its size when unpacked (`max_ratio`)"
              .formatted(maxRatio));
    }
  }
}
