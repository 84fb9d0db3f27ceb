package dev.millrace.sql;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Gives names out, each once, whatever their case. */
final class Names {
  private final Set<String> taken = new HashSet<>();

  /** The wish itself if it is free, else the wish with a number. */
  String fresh(String wish) {
    String name = wish;
    for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
      name = wish + "_" + i;
    }
    return name;
  }
}
