package dev.millrace.sql;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Gives names out, each once, whatever their case, and none of {@link #OWN}. */
final class Names {
  /** What programs, states and tables call their own columns. */
  static final Set<String> OWN = Set.of("_w", "_n", "_none");

  private final Set<String> taken = new HashSet<>(OWN);

  /** The wish itself if it is free, else the wish with a number. */
  String fresh(String wish) {
    String name = wish;
    for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
      name = wish + "_" + i;
    }
    return name;
  }
}
