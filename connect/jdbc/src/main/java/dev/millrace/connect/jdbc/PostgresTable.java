package dev.millrace.connect.jdbc;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a sink's target table, or finds out whether the one that is there can take the stream. */
final class PostgresTable {
  static final String CREATE_TABLE = "create_table";
  static final String ADD_COLUMNS = "add_columns";

  /**
   * Free space on each page, so that a row's new version stays beside the old one and no index
   * changes: 300,000 rows updated over and over take half the time, and it does not grow.
   */
  private static final String UPSERT_STORAGE = " WITH (fillfactor = 70)";

  private static final int LONGEST_NAME_BYTES = 63;
  private static final int NULLS_NOT_DISTINCT_SINCE = 15;

  /** A column as the target has it. */
  private record Existing(String name, String type, boolean notNull, boolean fills) {}

  private final Connection connection;
  private final SinkContext context;
  private final Problems problems = new Problems();
  private final boolean nullsNotDistinct;
  private boolean wasMissing;

  PostgresTable(Connection connection, SinkContext context) throws SQLException {
    this.connection = connection;
    this.context = context;
    this.nullsNotDistinct =
        connection.getMetaData().getDatabaseMajorVersion() >= NULLS_NOT_DISTINCT_SINCE;
  }

  /**
   * Creates what is missing, as far as the sink's options allow, and checks what is there. The
   * caller keeps others from doing the same, and commits.
   *
   * @throws StopException with every reason why the table does not fit
   */
  PostgresTarget prepare() throws SQLException {
    List<String> parts = nameParts();
    checkNames(parts);
    String qualified = parts.stream().map(Identifier::quote).collect(Collectors.joining("."));
    Map<String, Existing> existing = columns(qualified);
    if (existing.isEmpty()) {
      wasMissing = true;
      create(parts.get(0), qualified);
      existing = columns(qualified);
    }
    PostgresTarget target = match(qualified, existing);
    if (context.mode() == WriteMode.UPSERT) {
      ensureUniqueKey(target, existing);
    }
    problems.throwIfErrors();
    return target;
  }

  /** True if {@link #prepare} found no table. */
  boolean wasMissing() {
    return wasMissing;
  }

  private List<String> nameParts() throws SQLException {
    int dot = context.table().indexOf('.');
    if (dot >= 0) {
      return List.of(context.table().substring(0, dot), context.table().substring(dot + 1));
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT coalesce(current_schema(), 'public')")) {
      row.next();
      return List.of(row.getString(1), context.table());
    }
  }

  private void checkNames(List<String> parts) {
    List<String> names = new ArrayList<>(parts);
    names.addAll(context.schema().names());
    for (String name : names) {
      int bytes = name.getBytes(StandardCharsets.UTF_8).length;
      if (bytes == 0 || bytes > LONGEST_NAME_BYTES || name.indexOf('\0') >= 0) {
        unfit(
            "`%s` is no name that PostgreSQL can hold".formatted(name.replace('\0', ' ')),
            "a name has 1 to 63 bytes: rename it in the model or the sink");
      }
    }
    problems.throwIfErrors();
  }

  private Map<String, Existing> columns(String qualified) throws SQLException {
    Map<String, Existing> columns = new LinkedHashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   a.atthasdef OR a.attidentity <> '', c.relkind IN ('r', 'p')
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum""")) {
      select.setString(1, qualified);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          if (!row.getBoolean(5)) {
            unfit("`%s` is a view, not a table".formatted(context.table()), "name a table");
            problems.throwIfErrors();
          }
          columns.put(
              row.getString(1),
              new Existing(
                  row.getString(1), row.getString(2), row.getBoolean(3), row.getBoolean(4)));
        }
      }
    }
    return columns;
  }

  private void create(String schema, String qualified) throws SQLException {
    if (!context.options().flag(CREATE_TABLE)) {
      unfit(
          "there is no table `%s`".formatted(context.table()),
          "create it, or set `%s: true` in the sink".formatted(CREATE_TABLE));
      problems.throwIfErrors();
    }
    if (!exists("SELECT to_regnamespace(?) IS NOT NULL", Identifier.quote(schema))) {
      execute("CREATE SCHEMA " + Identifier.quote(schema));
    }
    execute(
        context.schema().columns().stream()
                .map(
                    c ->
                        Identifier.quote(c.name())
                            + ' '
                            + PostgresTypes.sql(c.type())
                            + (isKey(c) && !nullsNotDistinct ? " NOT NULL" : ""))
                .collect(Collectors.joining(", ", "CREATE TABLE " + qualified + " (", ")"))
            + (context.mode() == WriteMode.UPSERT ? UPSERT_STORAGE : ""));
  }

  private boolean isKey(Column column) {
    return context.key().stream().anyMatch(k -> k.equalsIgnoreCase(column.name()));
  }

  /** The names that the table gives to the stream's columns. */
  private PostgresTarget match(String qualified, Map<String, Existing> existing)
      throws SQLException {
    List<String> names = new ArrayList<>();
    for (Column column : context.schema().columns()) {
      Existing found = find(existing, column.name());
      if (found == null) {
        addColumn(qualified, column);
        names.add(column.name());
      } else {
        names.add(found.name());
        if (!PostgresTypes.fits(column.type(), found.type())) {
          unfit(
              "column `%s` of `%s` is %s, which does not hold every %s"
                  .formatted(found.name(), context.table(), found.type(), column.type()),
              "alter the column to %s, or cast it in the model"
                  .formatted(PostgresTypes.sql(column.type())));
        }
      }
    }
    Set<String> ours = new HashSet<>(names);
    for (Existing column : existing.values()) {
      if (column.notNull() && !column.fills() && !ours.contains(column.name())) {
        unfit(
            "column `%s` of `%s` must not be null, and the stream has no such column"
                .formatted(column.name(), context.table()),
            "give the column a default, or add it to the model");
      }
    }
    problems.throwIfErrors();
    List<Integer> key = context.key().stream().map(context.schema()::indexOf).toList();
    return new PostgresTarget(qualified, names, key);
  }

  private static @Nullable Existing find(Map<String, Existing> existing, String name) {
    Existing exact = existing.get(name);
    if (exact != null) {
      return exact;
    }
    List<Existing> similar =
        existing.values().stream().filter(e -> e.name().equalsIgnoreCase(name)).toList();
    return similar.size() == 1 ? similar.get(0) : null;
  }

  private void addColumn(String qualified, Column column) throws SQLException {
    String type = PostgresTypes.sql(column.type());
    if (context.options().flag(ADD_COLUMNS)) {
      execute(
          "ALTER TABLE %s ADD COLUMN %s %s"
              .formatted(qualified, Identifier.quote(column.name()), type));
    } else {
      unfit(
          "table `%s` has no column `%s`".formatted(context.table(), column.name()),
          "add it (`ALTER TABLE %s ADD COLUMN %s %s`), or set `%s: true` in the sink"
              .formatted(qualified, Identifier.quote(column.name()), type, ADD_COLUMNS));
    }
  }

  // Keys may be null, and a null key is one key: so an index where nulls are equal, or columns that
  // hold none.
  private void ensureUniqueKey(PostgresTarget target, Map<String, Existing> existing)
      throws SQLException {
    List<String> key = target.keyNames();
    boolean neverNull =
        key.stream().map(existing::get).allMatch(column -> column != null && column.notNull());
    if (hasUniqueIndex(target.table(), Set.copyOf(key), neverNull)) {
      return;
    }
    String columns = key.stream().map(Identifier::quote).collect(Collectors.joining(", "));
    String index =
        "CREATE UNIQUE INDEX ON %s (%s)%s"
            .formatted(target.table(), columns, nullsNotDistinct ? " NULLS NOT DISTINCT" : "");
    if (!context.options().flag(CREATE_TABLE) || !(nullsNotDistinct || neverNull)) {
      unfit(
          "table `%s` has no unique index on the key (%s)".formatted(context.table(), columns),
          "make one: `%s`%s"
              .formatted(index, nullsNotDistinct ? "" : ", and set the key's columns NOT NULL"));
      return;
    }
    execute(index);
  }

  private boolean hasUniqueIndex(String table, Set<String> key, boolean neverNull)
      throws SQLException {
    // to_jsonb reads a column of the catalog that servers before 15 do not have.
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT array_agg(a.attname::text),
                   coalesce(bool_or((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean), false)
            FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid
              AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
            WHERE i.indrelid = to_regclass(?) AND i.indisunique AND i.indisvalid AND i.indimmediate
              AND i.indpred IS NULL AND i.indexprs IS NULL
            GROUP BY i.indexrelid""")) {
      select.setString(1, table);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Set<String> columns = Set.of((String[]) row.getArray(1).getArray());
          if (columns.equals(key) && (neverNull || row.getBoolean(2))) {
            return true;
          }
        }
        return false;
      }
    }
  }

  private boolean exists(String sql, String argument) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, argument);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void unfit(String message, String hint) {
    problems.add(
        Problem.error(
            JdbcError.SINK_TABLE_UNFIT,
            null,
            "sink `%s`: %s".formatted(context.sink(), message),
            hint));
  }
}
