package dev.millrace.connect.jdbc;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells from an error of PostgreSQL whether the same call may succeed later, and says in words what
 * happened. The codes are those of appendix A of PostgreSQL's manual.
 */
final class PostgresFailure {
  /** Connection, transaction rollback, resources, object state, shutdown, system, internal. */
  private static final Set<String> PASSING_CLASSES =
      Set.of("08", "40", "53", "55", "57", "58", "XX");

  private static final Set<String> PASSING_STATES =
      Set.of(
          "25006", // a standby, for the time of a failover
          "25P03", // idle too long in a transaction
          "26000"); // a pooler forgot a prepared statement

  private static final Set<String> LASTING_STATES =
      Set.of(
          "08004", // the server rejects this kind of connection
          "55000"); // the object is not in the state that the statement needs

  private static final int LONGEST_TEXT = 500;

  private PostgresFailure() {}

  /**
   * The exception to throw.
   *
   * @param doing what was tried, such as {@code deliver to `ads.clicks`}
   */
  static MillraceException of(SQLException thrown, PostgresAddress address, String doing) {
    SQLException next = thrown.getNextException();
    // A batch's own exception says only which entry failed.
    SQLException e = thrown instanceof BatchUpdateException && next != null ? next : thrown;
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String text = text(e);
    String message =
        "cannot %s in PostgreSQL at %s: %s%s"
            .formatted(
                doing, address.place(), text, state.isEmpty() ? "" : " (SQLSTATE " + state + ")");
    if (isPassing(state)) {
      return new RetryException(
          Problem.error(JdbcError.DATABASE_AWAY, null, message, retryHint(state)), e);
    }
    JdbcError code =
        state.startsWith("28") || state.equals("42501") || state.equals("3D000")
            ? JdbcError.DATABASE_ACCESS
            : JdbcError.SINK_REFUSED;
    return new StopException(Problem.error(code, null, message, hint(state)), e);
  }

  static boolean isPassing(String state) {
    if (state.isEmpty()) {
      return true;
    }
    return PASSING_STATES.contains(state)
        || (!LASTING_STATES.contains(state)
            && PASSING_CLASSES.contains(state.substring(0, Math.min(2, state.length()))));
  }

  private static String text(SQLException e) {
    ServerErrorMessage server =
        e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    StringBuilder text = new StringBuilder();
    if (server == null) {
      text.append(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
      Throwable cause = e.getCause();
      if (cause != null && cause.getMessage() != null) {
        text.append(": ").append(cause.getMessage());
      }
    } else {
      text.append(server.getMessage());
      append(text, "; ", server.getDetail());
      append(text, "; in ", server.getWhere());
    }
    String line = text.toString().replaceAll("\\s*\\R\\s*", " ");
    return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "...";
  }

  private static void append(StringBuilder text, String before, @Nullable String part) {
    if (part != null && !part.isBlank()) {
      text.append(before).append(part);
    }
  }

  private static @Nullable String retryHint(String state) {
    return switch (state) {
      case "53100" -> "the server's disk is full";
      case "53300" -> "the server has no free connection: raise its max_connections or close some";
      case "57014" -> "raise the system's `timeout` if the server needs longer";
      default -> null;
    };
  }

  private static @Nullable String hint(String state) {
    if (state.startsWith("28")) {
      return "check the system's `user` and `password`, and the server's pg_hba.conf";
    }
    if (state.startsWith("22")) {
      return "the table's column cannot hold this value: change its type, or the model";
    }
    return switch (state) {
      case "08004" -> "check the system's `user`, `password` and `ssl_mode`";
      case "3D000" -> "create the database, or correct the system's `url`";
      case "42501" -> "grant the system's user the right to do this";
      case "42P01", "42703", "42P10" ->
          "the table was changed while Millrace ran: restart to check it";
      case "23502", "23503", "23505", "23514", "23P01" ->
          "the table has a constraint that the stream does not keep: remove one of them";
      case "54000" -> "a value of the key is too long for an index";
      default -> null;
    };
  }
}
