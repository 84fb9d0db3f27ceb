package dev.millrace.api.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a misspelt word probably meant. */
public final class Suggestion {
  private Suggestion() {}

  /** The hint {@code did you mean `x`?} for the nearest candidate, or null if none is near. */
  public static @Nullable String didYouMean(String word, Collection<String> candidates) {
    return nearest(word, candidates).map(c -> "did you mean `" + c + "`?").orElse(null);
  }

  /** The nearest candidate within about a third of the word's length, ignoring case. */
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    int limit = Math.max(1, (word.length() + 1) / 3);
    String lower = word.toLowerCase(Locale.ROOT);
    return candidates.stream()
        .filter(c -> Math.abs(c.length() - word.length()) <= limit)
        .filter(c -> distance(lower, c.toLowerCase(Locale.ROOT)) <= limit)
        .min(
            Comparator.<String>comparingInt(c -> distance(lower, c.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /**
   * Optimal string alignment distance: insertions, deletions, substitutions and swaps of
   * neighbours.
   */
  static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitute, 1 + Math.min(last[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}
