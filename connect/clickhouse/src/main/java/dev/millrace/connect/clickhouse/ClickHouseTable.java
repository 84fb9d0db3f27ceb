package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.type.Column;
import dev.millrace.connect.clickhouse.ClickHouseTarget.TargetColumn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a sink's target table, or finds out whether the one that is there can take the stream. */
final class ClickHouseTable {
  private static final Pattern REPLACING = Pattern.compile("ReplacingMergeTree\\(([^)]*)\\)");

  /** The table as the server tells it. */
  private record Existing(
      String engine, String engineFull, String partition, String sorting, String id) {}

  /** A column as the server tells it. */
  private record ExistingColumn(String name, String type, String kind) {}

  private final ClickHouseClient client;
  private final SinkContext context;
  private final Deduplication deduplication;
  private final String database;
  private final String table;
  private final String doing;
  private final Problems problems = new Problems();
  private boolean wasMissing;

  ClickHouseTable(ClickHouseClient client, SinkContext context, Deduplication deduplication) {
    this.client = client;
    this.context = context;
    this.deduplication = deduplication;
    int dot = context.table().indexOf('.');
    this.database = dot < 0 ? client.address().database() : context.table().substring(0, dot);
    this.table = context.table().substring(dot + 1);
    this.doing = "prepare `" + context.table() + "`";
  }

  /**
   * Creates what is missing, as far as the sink's options allow, and checks what is there.
   *
   * @throws dev.millrace.api.error.StopException with every reason why the table does not fit
   */
  ClickHouseTarget prepare() {
    Existing existing = find();
    if (existing == null) {
      wasMissing = true;
      create();
      existing = find();
    }
    if (existing == null) {
      throw new IllegalStateException("the table that was created is not there: " + qualified());
    }
    checkEngine(existing);
    ClickHouseTarget target = match(existing, columns());
    problems.throwIfErrors();
    makeView();
    return target;
  }

  /** True if {@link #prepare} found no table. */
  boolean wasMissing() {
    return wasMissing;
  }

  private boolean isUpsert() {
    return context.mode() == WriteMode.UPSERT;
  }

  private String qualified() {
    return Sql.name(database) + "." + Sql.name(table);
  }

  private @Nullable Existing find() {
    List<List<String>> rows =
        client.rows(
            "SELECT engine, engine_full, partition_key, sorting_key, toString(uuid) FROM"
                + " system.tables WHERE database = "
                + Sql.literal(database)
                + " AND name = "
                + Sql.literal(table),
            doing);
    if (rows.isEmpty()) {
      return null;
    }
    List<String> row = rows.get(0);
    return new Existing(row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
  }

  private Map<String, ExistingColumn> columns() {
    Map<String, ExistingColumn> columns = new LinkedHashMap<>();
    for (List<String> row :
        client.rows(
            "SELECT name, type, default_kind FROM system.columns WHERE database = "
                + Sql.literal(database)
                + " AND table = "
                + Sql.literal(table)
                + " ORDER BY position",
            doing)) {
      columns.put(row.get(0), new ExistingColumn(row.get(0), row.get(1), row.get(2)));
    }
    return columns;
  }

  private void create() {
    if (!context.options().flag(TableOptions.CREATE_TABLE)) {
      unfit(
          "there is no table `%s`".formatted(context.table()),
          "create it, or set `%s: true` in the sink".formatted(TableOptions.CREATE_TABLE));
      problems.throwIfErrors();
    }
    createDatabase(client, database, doing);
    Stream<String> own =
        context.schema().columns().stream()
            .map(c -> Sql.name(c.name()) + " " + ClickHouseTypes.sql(c.type()));
    Stream<String> hidden = HiddenColumn.of(context.mode()).stream().map(HiddenColumn::sql);
    client.execute(
        Stream.concat(own, hidden)
            .collect(
                Collectors.joining(
                    ", ", "CREATE TABLE IF NOT EXISTS " + qualified() + " (", ") " + storage())),
        doing);
  }

  /** Creates a database if it is missing; who may not create any can still use one. */
  static void createDatabase(ClickHouseClient client, String database, String doing) {
    if (client
        .rows("SELECT name FROM system.databases WHERE name = " + Sql.literal(database), doing)
        .isEmpty()) {
      client.execute("CREATE DATABASE IF NOT EXISTS " + Sql.name(database), doing);
    }
  }

  private String storage() {
    List<String> order = context.options().texts(TableOptions.ORDER_BY);
    String engine =
        isUpsert()
            ? "ReplacingMergeTree(%s, %s)"
                .formatted(HiddenColumn.VERSION.name(), HiddenColumn.DELETED.name())
            : "MergeTree";
    StringBuilder sql = new StringBuilder("ENGINE = ").append(engine);
    List<String> partition = context.options().texts(TableOptions.PARTITION_BY);
    if (!partition.isEmpty()) {
      sql.append(" PARTITION BY ").append(tuple(partition));
    }
    sql.append(" ORDER BY ").append(tuple(order.isEmpty() ? context.key() : order));
    context.options().optionalText(TableOptions.TTL_COLUMN).ifPresent(c -> sql.append(ttl(c)));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(
        Deduplication.WINDOW,
        Long.toString(context.options().number(TableOptions.DEDUPLICATION_WINDOW)));
    // Keys may be null: then null is one key, as everywhere in Millrace.
    settings.put("allow_nullable_key", "1");
    context
        .options()
        .structure(TableOptions.SETTINGS)
        .forEach((name, value) -> settings.put(name, setting(value)));
    return settings.entrySet().stream()
        .map(e -> e.getKey() + " = " + e.getValue())
        .collect(Collectors.joining(", ", sql + " SETTINGS ", ""));
  }

  private static String setting(Object value) {
    return value instanceof Boolean flag
        ? (flag ? "1" : "0")
        : value instanceof Number ? value.toString() : Sql.literal(value.toString());
  }

  private String tuple(List<String> texts) {
    List<String> parts =
        texts.stream()
            .map(text -> KeyExpression.parse(text).orElseThrow().sql(this::declared))
            .toList();
    return parts.size() == 1 ? parts.get(0) : "(" + String.join(", ", parts) + ")";
  }

  /** The name as the stream writes it. */
  private String declared(String name) {
    return context.schema().column(name).map(Column::name).orElse(name);
  }

  // A TTL is of a DateTime, which ends in 2106; what is later or null is kept.
  private String ttl(String column) {
    long seconds = context.options().duration(TableOptions.TTL).toSeconds();
    return " TTL toDateTime(least(ifNull(toDateTime64(%s, 0, 'UTC'), toDateTime64('2090-01-01', 0, 'UTC')), toDateTime64('2090-01-01', 0, 'UTC')), 'UTC') + toIntervalSecond(%d)"
        .formatted(Sql.name(declared(column)), seconds);
  }

  private void checkEngine(Existing existing) {
    if (!existing.engine().contains("MergeTree")) {
      unfit(
          "`%s` is a %s, not a table of the MergeTree family"
              .formatted(context.table(), existing.engine()),
          "name another table");
      problems.throwIfErrors();
    }
    if (!isUpsert() && !deduplication.isKnownTo(existing.engine(), existing.engineFull())) {
      unfit(
          "table `%s` does not know an insert again that is repeated".formatted(context.table()),
          "ALTER TABLE %s MODIFY SETTING %s = 1000"
              .formatted(qualified(), Deduplication.window(existing.engine())));
    }
    if (!isUpsert()) {
      if (replacing(existing).contains(HiddenColumn.VERSION.name())) {
        unfit(
            "table `%s` was made for `mode: upsert`: it keeps one row of each key, and would drop others that are appended"
                .formatted(context.table()),
            "give the sink another name and another `table`");
      }
      return;
    }
    if (replacing(existing).size() != 2) {
      unfit(
          "table `%s` is a %s, which cannot hold the newest row of each key and forget deleted ones"
              .formatted(context.table(), existing.engine()),
          "make it a ReplacingMergeTree(version, deleted), the first UInt64, the second UInt8");
    }
    if (!isSortedByKey(existing)) {
      unfit(
          "table `%s` is sorted by (%s), and so does not tell rows apart by the key (%s)"
              .formatted(context.table(), existing.sorting(), String.join(", ", context.key())),
          "create it with ORDER BY (%s)".formatted(String.join(", ", context.key())));
    }
  }

  /** True if rows of one key, and only these, are equal in what the table sorts by. */
  private boolean isSortedByKey(Existing existing) {
    List<KeyExpression> sorting = KeyExpression.parseAll(existing.sorting()).orElse(List.of());
    Set<String> key =
        context.key().stream().map(k -> k.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    return columns(sorting.stream()).equals(key)
        && columns(sorting.stream().filter(e -> e.function() == null)).equals(key);
  }

  private static Set<String> columns(Stream<KeyExpression> expressions) {
    return expressions.map(e -> e.column().toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  /** The columns of version and deletion. */
  private static List<String> replacing(Existing existing) {
    Matcher matcher = REPLACING.matcher(existing.engineFull());
    return matcher.find()
        ? Stream.of(matcher.group(1).split(","))
            .map(String::strip)
            .filter(text -> !text.isEmpty() && !text.startsWith("'"))
            .toList()
        : List.of();
  }

  /** The names that the table gives to the stream's columns. */
  private ClickHouseTarget match(Existing existing, Map<String, ExistingColumn> columns) {
    List<TargetColumn> targets = new ArrayList<>();
    for (Column column : context.schema().columns()) {
      ExistingColumn found = find(columns, column.name());
      if (found == null) {
        addColumn(column);
        targets.add(new TargetColumn(column.name(), ClickHouseTypes.isNullable(column.type())));
        continue;
      }
      targets.add(new TargetColumn(found.name(), ClickHouseTypes.holdsNull(found.type())));
      if (!ClickHouseTypes.fits(column.type(), found.type())) {
        unfit(
            "column `%s` of `%s` is %s, which does not hold every %s"
                .formatted(found.name(), context.table(), found.type(), column.type()),
            "alter the column to %s, or cast it in the model"
                .formatted(ClickHouseTypes.sql(column.type())));
      } else if (List.of("MATERIALIZED", "ALIAS").contains(found.kind())) {
        unfit(
            "column `%s` of `%s` is computed by the table".formatted(found.name(), context.table()),
            "make it an ordinary one, or rename the stream's");
      }
    }
    Optional<List<KeyExpression>> partition =
        KeyExpression.parseAll(existing.partition())
            .filter(all -> all.stream().allMatch(e -> context.schema().indexOf(e.column()) >= 0));
    return new ClickHouseTarget(
        qualified(),
        existing.id(),
        targets,
        inputs(existing, columns),
        isUpsert() && !replacing(existing).isEmpty() ? replacing(existing).get(0) : "",
        existing.engineFull().contains(" TTL "),
        partition);
  }

  private List<String> inputs(Existing existing, Map<String, ExistingColumn> columns) {
    List<String> wanted =
        isUpsert()
            ? replacing(existing)
            : HiddenColumn.of(context.mode()).stream().map(HiddenColumn::name).toList();
    List<String> inputs =
        wanted.stream()
            .map(name -> columns.containsKey(name + "_in") ? name + "_in" : name)
            .filter(columns::containsKey)
            .toList();
    return inputs.size() == wanted.size() ? inputs : List.of();
  }

  private static @Nullable ExistingColumn find(Map<String, ExistingColumn> columns, String name) {
    ExistingColumn exact = columns.get(name);
    if (exact != null) {
      return exact;
    }
    List<ExistingColumn> similar =
        columns.values().stream().filter(c -> c.name().equalsIgnoreCase(name)).toList();
    return similar.size() == 1 ? similar.get(0) : null;
  }

  private void addColumn(Column column) {
    String sql =
        "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s"
            .formatted(qualified(), Sql.name(column.name()), ClickHouseTypes.sql(column.type()));
    if (context.options().flag(TableOptions.ADD_COLUMNS)) {
      client.execute(sql, doing);
    } else {
      unfit(
          "table `%s` has no column `%s`".formatted(context.table(), column.name()),
          "add it (`%s`), or set `%s: true` in the sink".formatted(sql, TableOptions.ADD_COLUMNS));
    }
  }

  private void makeView() {
    if (!isUpsert()
        || !context.options().flag(TableOptions.VIEW)
        || !context.options().flag(TableOptions.CREATE_TABLE)) {
      return;
    }
    new FinalView(client, context, database, table, doing).make();
  }

  private void unfit(String message, String hint) {
    problems.add(
        Problem.error(
            ClickHouseError.SINK_TABLE_UNFIT,
            null,
            "sink `%s`: %s".formatted(context.sink(), message),
            hint));
  }
}
