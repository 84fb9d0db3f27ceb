package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import org.jspecify.annotations.Nullable;

/** What a running instance refuses, as the problem that the command itself would have found. */
final class RemoteProblem {
  /** What to do where an instance has the project and does not answer. */
  static final String SILENT = "it may be about to start or to end: try again in a moment";

  /** A code that an instance sent, of whichever module. */
  private record Code(String name, Blame blame) implements ErrorCode {}

  private RemoteProblem() {}

  /** The problem in an answer's {@code error}. */
  static Problem of(JsonNode error) {
    String hint = error.path("hint").asText("");
    return Problem.error(
        code(error.path("code").asText("")),
        where(error),
        error.path("message").asText("the running instance refuses"),
        hint.isEmpty() ? null : hint);
  }

  private static ErrorCode code(String name) {
    for (ServerError own : ServerError.values()) {
      if (own.name().equals(name)) {
        return own;
      }
    }
    return name.isEmpty() ? ServerError.REFUSED_BY_INSTANCE : new Code(name, Blame.USER);
  }

  private static @Nullable SourceLocation where(JsonNode error) {
    String place = error.path("place").asText("");
    int line = error.path("line").asInt();
    int column = error.path("column").asInt();
    if (place.isEmpty()) {
      return null;
    }
    String behind = line == 0 ? "" : column == 0 ? ":" + line : ":" + line + ":" + column;
    return new SourceLocation(
        place.substring(0, place.length() - behind.length()),
        line,
        column,
        error.path("length").asInt());
  }
}
