package dev.millrace.sql;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** In which way a case fails. */
final class Failures {
  private Failures() {}

  /** The way in which it fails, equal for equal ways; empty if it does not. */
  static Optional<String> way(RandomCase random) {
    try {
      random.run();
      return Optional.empty();
    } catch (Exception | AssertionError e) {
      return Optional.of(way(e));
    }
  }

  /** The way of a failure: what it says without names, values and the statement. */
  static String way(Throwable failure) {
    if (failure instanceof QueryException refused) {
      return refused.problems().stream()
          .map(problem -> problem.code() + " " + problem.message())
          .collect(Collectors.joining("; "));
    }
    if (failure instanceof AssertionError) {
      String message = String.valueOf(failure.getMessage());
      int from = message.indexOf(": ") + 2;
      return Stream.of("differs from its query", "differs from its text")
          .filter(message::contains)
          .findFirst()
          .orElseGet(
              () -> plain(message.substring(from, Math.max(from, message.indexOf(": ", from)))));
    }
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName() + ": " + plain(String.valueOf(cause.getMessage()));
  }

  private static String plain(String message) {
    String line = message.lines().findFirst().orElse("");
    String plain = line.replaceAll("\"[^\"]*\"|'[^']*'|`[^`]*`", "…").replaceAll("[0-9.]+", "0");
    return plain.substring(0, Math.min(80, plain.length()));
  }
}
