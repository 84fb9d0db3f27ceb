package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.util.List;

/** The view {@code <table>_final} of an upsert's table: its rows as they are now. */
final class FinalView {
  private static final String SUFFIX = "_final";

  private final ClickHouseClient client;
  private final SinkContext context;
  private final String database;
  private final String table;
  private final String doing;

  FinalView(
      ClickHouseClient client, SinkContext context, String database, String table, String doing) {
    this.client = client;
    this.context = context;
    this.database = database;
    this.table = table;
    this.doing = doing;
  }

  /** The name of a table's view. */
  static String nameOf(String table) {
    return table + SUFFIX;
  }

  /**
   * Makes the view if it is missing, and makes it anew if the table has got columns since, which
   * the view would not see.
   *
   * @throws StopException if something else has its name
   */
  void make() {
    List<List<String>> found =
        client.rows(
            "SELECT engine, as_select FROM system.tables WHERE database = %s AND name = %s"
                .formatted(Sql.literal(database), Sql.literal(nameOf(table))),
            doing);
    if (found.isEmpty()) {
      client.execute(sql("CREATE VIEW IF NOT EXISTS"), doing);
    } else if (!isOwn(found.get(0).get(0), found.get(0).get(1))) {
      throw taken(found.get(0).get(0));
    } else if (!columns(nameOf(table)).equals(columns(table))) {
      client.execute(sql("CREATE OR REPLACE VIEW"), doing);
    }
  }

  private String sql(String create) {
    return "%s %s.%s AS SELECT * FROM %s.%s FINAL"
        .formatted(
            create,
            Sql.name(database),
            Sql.name(nameOf(table)),
            Sql.name(database),
            Sql.name(table));
  }

  private boolean isOwn(String engine, String select) {
    return engine.equals("View")
        && select
            .replaceAll("[`\\\\]", "")
            .replaceAll("\\s+", " ")
            .strip()
            .equals("SELECT * FROM %s.%s FINAL".formatted(database, table));
  }

  /** Names and types of the columns that {@code SELECT *} shows. */
  private List<List<String>> columns(String of) {
    return client.rows(
        "SELECT name, type FROM system.columns WHERE database = %s AND table = %s AND default_kind NOT IN ('MATERIALIZED', 'EPHEMERAL', 'ALIAS') ORDER BY position"
            .formatted(Sql.literal(database), Sql.literal(of)),
        doing);
  }

  private StopException taken(String engine) {
    return new StopException(
        Problem.error(
            ClickHouseError.SINK_TABLE_UNFIT,
            null,
            "sink `%s`: the view of `%s` would be `%s`, and there is a %s of that name which is not its own"
                .formatted(
                    context.sink(),
                    context.table(),
                    nameOf(context.table()),
                    engine.equals("View") ? "view" : "table (" + engine + ")"),
            "set `%s: false` in the sink, or name another table".formatted(TableOptions.VIEW)),
        null);
  }
}
