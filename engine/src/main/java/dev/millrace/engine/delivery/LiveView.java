package dev.millrace.engine.delivery;

import dev.millrace.api.connect.ReadableSink;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.SinkSpec;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A view of the store over what a sink has delivered and what waits for it: every row once. It
 * names the target as of one position, and the changes behind that one. It is replaced in the
 * transaction that drops delivered changes, so they are always in one of the two, and a reader's
 * transaction sees both as of one moment.
 */
public final class LiveView {
  private static final String NOTED = "progress.live_views";

  private final SinkSpec sink;
  private final String name;

  /** A view of that name, in schema {@code main}. */
  LiveView(SinkSpec sink, String name) {
    this.sink = sink;
    this.name = name;
  }

  private static String qualified(String name) {
    return "store.main." + Identifier.quote(name);
  }

  /**
   * Drops the views of sinks that have none any more, or another one.
   *
   * @param wanted the views' names by sink
   */
  public static void prepare(Transaction transaction, Map<String, String> wanted)
      throws SQLException {
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS " + NOTED + " (sink VARCHAR PRIMARY KEY, name VARCHAR)");
    Map<String, String> gone = new LinkedHashMap<>();
    transaction.query(
        "SELECT sink, name FROM " + NOTED,
        row -> {
          if (!row.getString(2).equals(wanted.get(row.getString(1)))) {
            gone.put(row.getString(1), row.getString(2));
          }
        });
    for (Map.Entry<String, String> view : gone.entrySet()) {
      transaction.execute("DROP VIEW IF EXISTS " + qualified(view.getValue()));
      transaction.execute(
          "DELETE FROM " + NOTED + " WHERE sink = " + Identifier.literal(view.getKey()));
    }
  }

  /** Makes or replaces it, together with whatever else the transaction does. */
  void replace(Transaction transaction, Outbox outbox, ReadableSink.Target target)
      throws SQLException {
    transaction.execute("CREATE OR REPLACE VIEW " + qualified(name) + " AS " + sql(outbox, target));
    transaction.execute(
        "INSERT OR REPLACE INTO "
            + NOTED
            + " VALUES ("
            + Identifier.literal(sink.name())
            + ", "
            + Identifier.literal(name)
            + ")");
  }

  private String sql(Outbox outbox, ReadableSink.Target target) {
    String delivered =
        target.columns().names().stream()
            .map(n -> "t." + Identifier.quote(n))
            .collect(Collectors.joining(", "));
    String waiting = waiting(outbox, target);
    String changes =
        "SELECT * FROM store.outbox."
            + Identifier.quote(sink.name())
            + " WHERE _seq > "
            + target.sequence();
    String from = "SELECT " + delivered + " FROM " + target.relation() + " AS t";
    if (sink.mode() == WriteMode.APPEND) {
      return from + " UNION ALL SELECT " + waiting + " FROM (" + changes + ") AS w WHERE w._w > 0";
    }
    String keys = sink.key().stream().map(Identifier::quote).collect(Collectors.joining(", "));
    String same =
        sink.key().stream()
            .map(Identifier::quote)
            .map(k -> "t." + k + " IS NOT DISTINCT FROM w." + k)
            .collect(Collectors.joining(" AND "));
    return "WITH waiting AS MATERIALIZED ("
        + changes
        + " QUALIFY row_number() OVER (PARTITION BY "
        + keys
        + " ORDER BY _seq DESC) = 1) "
        + from
        + " ANTI JOIN waiting AS w ON "
        + same
        + " UNION ALL SELECT "
        + waiting
        + " FROM waiting AS w WHERE w._w > 0";
  }

  /** The target's columns from a change; null where the stream has none. */
  private static String waiting(Outbox outbox, ReadableSink.Target target) {
    List<String> columns = new ArrayList<>();
    for (Column column : target.columns().columns()) {
      String quoted = Identifier.quote(column.name());
      String value =
          outbox.schema().columns().stream()
              .filter(c -> c.name().equalsIgnoreCase(column.name()))
              .findFirst()
              .map(c -> "w." + Identifier.quote(c.name()))
              .orElse("NULL");
      columns.add("CAST(" + value + " AS " + column.type() + ") AS " + quoted);
    }
    return String.join(", ", columns);
  }
}
