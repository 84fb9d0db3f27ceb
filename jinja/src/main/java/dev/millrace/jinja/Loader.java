package dev.millrace.jinja;

import java.util.Map;
import java.util.Optional;

/** Finds the source of a template that another one includes, imports or extends. */
@FunctionalInterface
public interface Loader {
  /** The template's text, or empty when there is none of that name. Called by several threads. */
  Optional<String> source(String name);

  /** Templates held in memory. */
  static Loader of(Map<String, String> sources) {
    Map<String, String> copy = Map.copyOf(sources);
    return name -> Optional.ofNullable(copy.get(name));
  }
}
