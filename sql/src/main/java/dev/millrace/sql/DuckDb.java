package dev.millrace.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.function.ScalarFunction;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The front end: DuckDB parses, names, types and prints SQL for us, over empty tables in memory.
 * Not safe for use by several threads.
 */
final class DuckDb implements AutoCloseable {
  /** A column as DESCRIBE tells it; the type is DuckDB's text. */
  record Described(String name, String type) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Connection connection;
  private ZoneId zone = ZoneOffset.UTC;
  private final Map<String, String> printed = new HashMap<>();
  private final PreparedStatement parser;
  private final PreparedStatement printer;
  private final Set<String> functions;
  private final Set<String> registered = new HashSet<>();
  private final Set<String> aggregates;
  private final Set<String> unstable;

  private DuckDb(Connection connection) throws SQLException {
    this.connection = connection;
    setTimeZone(ZoneOffset.UTC);
    execute("SET errors_as_json = true");
    // Queries are bound here before they are refused: none is to reach a file, or all memory.
    execute("SET enable_external_access = false");
    execute("SET memory_limit = '1GB'");
    // DuckDB keeps a plan only if it was made without the optimizer.
    execute("SET SESSION enable_optimizer = false");
    parser = connection.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)");
    printer = connection.prepareStatement("SELECT json_deserialize_sql(?::JSON)");
    execute("SET SESSION enable_optimizer = true");
    functions = names("SELECT DISTINCT function_name FROM duckdb_functions()");
    aggregates =
        names(
            "SELECT DISTINCT function_name FROM duckdb_functions()"
                + " WHERE function_type = 'aggregate'");
    // Macros that stand for aggregates.
    aggregates.addAll(Set.of("geomean", "geometric_mean", "wavg", "weighted_avg"));
    unstable =
        names(
            "SELECT DISTINCT function_name FROM duckdb_functions()"
                + " WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')");
    // A cast hides them from duckdb_functions(): they are functions of the clock all the same.
    unstable.addAll(
        Set.of(
            "current_timestamp",
            "current_time",
            "localtime",
            "localtimestamp",
            "current_user",
            "session_user",
            "user"));
  }

  static DuckDb open() {
    try {
      DuckDb opened = new DuckDb(DriverManager.getConnection("jdbc:duckdb:"));
      DuckDbLibrary.deleteFile();
      return opened;
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB did not start", e);
    }
  }

  /** Constants are evaluated here: a time without offset has to mean what it means in the store. */
  void setTimeZone(ZoneId zone) {
    this.zone = zone;
    try {
      execute("SET TimeZone = " + Identifier.literal(isUtc() ? "UTC" : zone.getId()));
    } catch (SQLException e) {
      throw new IllegalStateException("no time zone of DuckDB: " + zone, e);
    }
  }

  /** True if clocks of the time zone have always shown UTC. */
  boolean isUtc() {
    ZoneRules rules = zone.getRules();
    return rules.isFixedOffset() && rules.getOffset(Instant.EPOCH).equals(ZoneOffset.UTC);
  }

  /** Registers functions of users, once each; returns those whose name DuckDB has taken. */
  List<ScalarFunction> register(List<ScalarFunction> more) {
    List<ScalarFunction> wanted =
        more.stream().filter(f -> !registered.contains(f.name())).toList();
    List<ScalarFunction> taken = wanted.stream().filter(f -> functions.contains(f.name())).toList();
    List<ScalarFunction> free = wanted.stream().filter(f -> !taken.contains(f)).toList();
    try {
      JavaFunctions.register(connection, free);
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB refuses functions", e);
    }
    for (ScalarFunction function : free) {
      registered.add(function.name());
      functions.add(function.name());
    }
    return taken;
  }

  /** Names of all functions. */
  Set<String> functions() {
    return functions;
  }

  boolean isAggregate(String function) {
    return aggregates.contains(function);
  }

  /** True if a function's value changes from one call or query to the next. */
  boolean isUnstable(String function) {
    return unstable.contains(function);
  }

  /**
   * The tree of a text: an array of statements.
   *
   * @throws SQLException never for a syntax error, which is told in the returned tree
   */
  ObjectNode parse(String sql) throws SQLException {
    parser.setString(1, sql);
    try (ResultSet rows = parser.executeQuery()) {
      rows.next();
      return (ObjectNode) JSON.readTree(rows.getString(1));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The tree of one expression that is known to be right. */
  JsonNode parseExpression(String sql) {
    return parseQuery("SELECT " + sql).path("select_list").path(0);
  }

  /** The tree of one query that is known to be right. */
  JsonNode parseQuery(String sql) {
    try {
      return parse(sql).path("statements").path(0).path("node");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The SQL text of a query's tree. */
  String printQuery(JsonNode node) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("error", false);
    ObjectNode statement = root.putArray("statements").addObject();
    statement.set("node", node);
    statement.putArray("named_param_map");
    return printed.computeIfAbsent(root.toString(), this::print);
  }

  /** The SQL text of one expression's tree. */
  String printExpression(JsonNode expression) {
    ObjectNode select = JsonNodeFactory.instance.objectNode();
    select.put("type", "SELECT_NODE");
    select.putArray("modifiers");
    select.putObject("cte_map").putArray("map");
    ObjectNode plain = expression.deepCopy();
    plain.put("alias", "");
    select.putArray("select_list").add(plain);
    ObjectNode from = select.putObject("from_table");
    from.put("type", "EMPTY").put("alias", "").putNull("sample");
    select.putNull("where_clause");
    select.putArray("group_expressions");
    select.putArray("group_sets");
    select.put("aggregate_handling", "STANDARD_HANDLING");
    select.putNull("having").putNull("sample").putNull("qualify");
    String text = printQuery(select);
    return text.substring("SELECT ".length());
  }

  private String print(String tree) {
    try {
      printer.setString(1, tree);
      try (ResultSet rows = printer.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB cannot print " + tree, e);
    }
  }

  /** Makes the empty tables that a query reads, in place of those of the query before. */
  void createInputs(Collection<Relation> inputs) throws SQLException {
    execute("ATTACH IF NOT EXISTS ':memory:' AS blank");
    execute("USE blank");
    execute("DETACH DATABASE IF EXISTS inputs");
    execute("ATTACH ':memory:' AS inputs");
    execute("USE inputs");
    for (Relation input : inputs) {
      int dot = input.name().indexOf('.');
      if (dot >= 0) {
        execute("CREATE SCHEMA IF NOT EXISTS " + Identifier.quote(input.name().substring(0, dot)));
      }
      List<String> columns = new ArrayList<>();
      for (Column column : input.schema().columns()) {
        columns.add(Identifier.quote(column.name()) + " " + column.type());
      }
      execute("CREATE TABLE " + quotePath(input.name()) + " (" + String.join(", ", columns) + ")");
    }
  }

  static String quotePath(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? Identifier.quote(name)
        : Identifier.quote(name.substring(0, dot))
            + "."
            + Identifier.quote(name.substring(dot + 1));
  }

  /** Names and types of a query's columns. */
  List<Described> describe(String query) throws SQLException {
    List<Described> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("DESCRIBE " + query)) {
      while (rows.next()) {
        columns.add(new Described(rows.getString(1), rows.getString(2)));
      }
    }
    return columns;
  }

  /** Types of expressions over given columns, aggregates included. */
  List<String> types(Collection<Field> fields, List<String> expressions) throws SQLException {
    if (expressions.isEmpty()) {
      return List.of();
    }
    StringBuilder query = new StringBuilder("SELECT ");
    for (int i = 0; i < expressions.size(); i++) {
      query.append(i == 0 ? "" : ", ").append(expressions.get(i)).append(" AS c").append(i);
    }
    query.append(" FROM (SELECT 0 AS _none");
    for (Field field : fields) {
      query.append(", CAST(NULL AS ").append(field.type()).append(") AS ").append(field.sql());
    }
    return describe(query.append(')').toString()).stream().map(Described::type).toList();
  }

  /**
   * What aggregates over no rows give.
   *
   * @return the SQL of each value; empty if the condition drops the row
   * @throws SQLException if DuckDB refuses the aggregates
   */
  Optional<List<String>> whenEmpty(Collection<Field> fields, List<String> aggregates, String having)
      throws SQLException {
    StringBuilder query = new StringBuilder("SELECT ");
    for (String aggregate : aggregates) {
      query.append("CAST(c AS VARCHAR), typeof(c), ".replace("c", "(" + aggregate + ")"));
    }
    query.append("0 FROM (SELECT 0 AS _none");
    for (Field field : fields) {
      query.append(", CAST(NULL AS ").append(field.type()).append(") AS ").append(field.sql());
    }
    query.append(" WHERE false)").append(having);
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query.toString())) {
      if (!rows.next()) {
        return Optional.empty();
      }
      List<String> values = new ArrayList<>();
      for (int i = 0; i < aggregates.size(); i++) {
        String value = rows.getString(2 * i + 1);
        values.add(
            value == null
                ? "NULL"
                : "CAST(" + Identifier.literal(value) + " AS " + rows.getString(2 * i + 2) + ")");
      }
      return Optional.of(values);
    }
  }

  /** Runs a query to its end. */
  void evaluate(String query) throws SQLException {
    execute(query);
  }

  /** A constant as text; null if it is null. */
  @Nullable String text(String constant) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT CAST((" + constant + ") AS VARCHAR)")) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** One row of a query as numbers. */
  long[] numbers(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      long[] values = new long[rows.getMetaData().getColumnCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = rows.getLong(i + 1);
      }
      return values;
    }
  }

  /** The first column of a query as text. */
  List<String> texts(String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(String.valueOf(rows.getString(1)));
      }
    }
    return texts;
  }

  /** DuckDB's account of an error. */
  static JsonNode details(SQLException e) {
    String message = String.valueOf(e.getMessage());
    int start = message.indexOf('{');
    try {
      return start < 0
          ? JsonNodeFactory.instance.objectNode().put("exception_message", message)
          : JSON.readTree(message.substring(start));
    } catch (JsonProcessingException malformed) {
      return JsonNodeFactory.instance.objectNode().put("exception_message", message);
    }
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private Set<String> names(String query) throws SQLException {
    Set<String> names = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    try {
      parser.close();
      printer.close();
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB did not close", e);
    }
  }
}
