package dev.millrace.jinja;

import dev.millrace.jinja.value.Undefined;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** "Did you mean": the known name that is nearest to an unknown one. */
final class Suggestions {
  private Suggestions() {}

  /** Adds a hint to an error about an undefined variable. */
  static TemplateException hint(TemplateException error, @Nullable Object value, Frame frame) {
    if (!(value instanceof Undefined undefined) || undefined.name() == null) {
      return error;
    }
    return nearest(undefined.name(), frame.run.context.names())
        .map(name -> error.hinted("did you mean '" + name + "'?"))
        .orElse(error);
  }

  /** The nearest of {@code known}, if any is near. */
  static Optional<String> nearest(String name, Collection<String> known) {
    String best = null;
    int bestDistance = Math.max(1, name.length() / 3) + 1;
    for (String candidate : known) {
      if (Math.abs(candidate.length() - name.length()) < bestDistance) {
        int distance = distance(name, candidate);
        if (distance < bestDistance && distance > 0) {
          best = candidate;
          bestDistance = distance;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(Math.min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
