package dev.millrace.testing.nexmark;

import java.util.Locale;
import java.util.SplittableRandom;

/** The texts of events: letters, spaces, underscores, digits; nothing that JSON has to escape. */
final class NexmarkText {
  private static final int SHORTEST = 3;
  private static final int RESERVOIR = 1 << 16;

  private final SplittableRandom random;
  private final String reservoir;

  NexmarkText(SplittableRandom random) {
    this.random = random;
    StringBuilder letters = new StringBuilder(RESERVOIR);
    for (int i = 0; i < RESERVOIR; i++) {
      letters.append((char) ('a' + random.nextInt(26)));
    }
    this.reservoir = letters.toString();
  }

  /** Some letters, fewer than {@code most}, with a separator here and there. */
  String words(int most, char separator) {
    int length = SHORTEST + random.nextInt(most - SHORTEST);
    StringBuilder words = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      words.append(random.nextInt(13) == 0 ? separator : (char) ('a' + random.nextInt(26)));
    }
    return words.toString().trim();
  }

  /** Four digits. */
  String digits() {
    return String.format(Locale.ROOT, "%04d", random.nextInt(10_000));
  }

  /** An item's address. */
  String url() {
    return "https://www.nexmark.com/"
        + words(5, '_')
        + "/"
        + words(5, '_')
        + "/"
        + words(5, '_')
        + "/item.htm?query=1";
  }

  /** Letters that fill an event of so many bytes up to about so many. */
  String filler(int bytes, int wanted) {
    int missing = wanted - bytes;
    if (missing <= 0) {
      return "";
    }
    int spread = (int) Math.round(missing * 0.2);
    int length = missing - spread + (spread == 0 ? 0 : random.nextInt(2 * spread));
    int from = random.nextInt(RESERVOIR - length);
    return reservoir.substring(from, from + length);
  }
}
