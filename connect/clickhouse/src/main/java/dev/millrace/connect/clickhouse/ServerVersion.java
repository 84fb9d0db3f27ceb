package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The version of a server, such as 26.5.
 *
 * @param year since 2000
 * @param release of the year, or of the first versions
 */
record ServerVersion(int year, int release) {
  /**
   * The first that has all that sinks need: tokens of inserts (22.2), columns that are only
   * inserted (EPHEMERAL, 22.4), a ReplacingMergeTree that forgets deleted rows.
   */
  static final ServerVersion LEAST = new ServerVersion(23, 2);

  private static final Pattern TEXT = Pattern.compile("(\\d+)\\.(\\d+)\\b.*");

  /** What servers say to a setting, a format or a function that came later. */
  private static final List<Integer> NOT_KNOWN = List.of(46, 73, 115);

  /** Reads what {@code version()} returns; as the least one if that is no version. */
  static ServerVersion parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? new ServerVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
        : LEAST;
  }

  boolean isEnough() {
    return year > LEAST.year || (year == LEAST.year && release >= LEAST.release);
  }

  /**
   * Asks a server for its version.
   *
   * @throws StopException if it is too old
   */
  static void require(ClickHouseClient client, SinkContext context) {
    String version;
    try {
      version = client.rows("SELECT version()", "ask for the version").get(0).get(0);
    } catch (StopException e) {
      if (NOT_KNOWN.contains(ClickHouseFailure.code(e))) {
        throw tooOld(client, context, "does not know what its client asks for", e);
      }
      throw e;
    }
    if (!parse(version).isEnough()) {
      throw tooOld(client, context, "has version " + version, null);
    }
  }

  private static StopException tooOld(
      ClickHouseClient client,
      SinkContext context,
      String what,
      @Nullable MillraceException cause) {
    return new StopException(
        Problem.error(
            ClickHouseError.SERVER_TOO_OLD,
            null,
            "sink `%s`: ClickHouse at %s %s, and is too old to deliver to it exactly once"
                .formatted(context.sink(), client.address(), what),
            "update it to %s or newer".formatted(LEAST)),
        cause);
  }

  @Override
  public String toString() {
    return year + "." + release;
  }
}
