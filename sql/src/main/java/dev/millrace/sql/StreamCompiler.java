package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.function.ScalarFunction;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compiles SELECTs into the programs that keep them up to date. One compiler serves many queries;
 * it holds a DuckDB in memory until it is closed. Not safe for use by several threads.
 */
public final class StreamCompiler implements AutoCloseable {
  private static final Pattern PIVOT =
      Pattern.compile("(^|[\\s(])pivot(_wider)?\\s", Pattern.CASE_INSENSITIVE);

  private final DuckDb duck;

  private StreamCompiler(DuckDb duck) {
    this.duck = duck;
  }

  /** A compiler for stores whose time zone is UTC; takes a few tens of milliseconds. */
  public static StreamCompiler open() {
    return new StreamCompiler(DuckDb.open());
  }

  /** Sets the time zone of the connections that run what is compiled from now on. */
  public void setTimeZone(ZoneId zone) {
    duck.setTimeZone(zone);
  }

  /**
   * Makes functions known, so that queries may call them.
   *
   * @return those that were left out, since DuckDB has a function of their name
   */
  public List<ScalarFunction> register(List<ScalarFunction> functions) {
    return duck.register(functions);
  }

  /**
   * Compiles one stream.
   *
   * @param name the stream's name, as others read it
   * @param sql one SELECT in DuckDB's SQL, {@code tumble} included
   * @param onClose true if a window's row is to be published once, when the watermark has passed it
   * @param inputs the relations that it may read, by name
   * @throws QueryException with everything that is wrong, at offsets of {@code sql}
   */
  public StreamProgram compile(
      String name, String sql, boolean onClose, Map<String, Relation> inputs)
      throws QueryException {
    List<SqlProblem> windowProblems = new ArrayList<>();
    List<Windows.Length> lengths = new ArrayList<>();
    SqlText text = Windows.replace(sql, Windows.Reader.STREAM, windowProblems, lengths);
    Findings findings = new Findings(text);
    windowProblems.forEach(findings::add);
    findings.throwIfAny();
    Compilation compilation = new Compilation(duck, findings, inputs);
    try {
      JsonNode query = parse(text, findings);
      Pivot.nameAggregates(query, duck);
      new WindowConstants(compilation).check(lengths);
      findings.throwIfAny();
      new Collations(findings).check(query);
      new OrderedAggregates(compilation).settle(query);
      Closing closing = new Closing(compilation, query, onClose);
      Resolved resolved = new QueryResolver(compilation, closing).resolve(query, Map.of());
      List<DuckDb.Described> described =
          bind(
              Windows.replace(sql, Windows.Reader.MODEL, new ArrayList<>()), compilation, resolved);
      findings.throwIfAny();
      if (resolved == null) {
        throw new IllegalStateException("no meaning and no problem: " + sql);
      }
      if (Planner.inputs(resolved.node()).isEmpty()) {
        findings.add(
            QueryResolver.firstPlace(query),
            SqlCode.SQL_UNSUPPORTED,
            "a stream of constants alone cannot be kept up to date: nothing ever changes it",
            "read from a source or another stream, or use `materialized='view'`");
        findings.throwIfAny();
      }
      new AsOfProcessing(findings).check(resolved.node());
      findings.throwIfAny();
      new OutputNames(compilation, query).check(resolved.columns());
      StreamProgram program =
          new Planner(compilation, name).plan(resolved, Windows.expand(duck.printQuery(query)));
      findings.throwIfAny();
      Binding binding = new Binding(duck, findings);
      binding.check(program);
      binding.compare(program, described);
      findings.throwIfAny();
      return program;
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB failed to compile " + name, e);
    }
  }

  private JsonNode parse(SqlText text, Findings findings) throws QueryException, SQLException {
    ObjectNode tree = duck.parse(text.text());
    if (tree.path("error").asBoolean()) {
      String message = tree.path("error_message").asText();
      boolean syntax = tree.path("error_type").asText().equals("parser");
      if (!syntax && PIVOT.matcher(text.text()).find()) {
        findings.addAt(
            0,
            SqlCode.SQL_UNSUPPORTED,
            "PIVOT without a list of values: its columns would depend on the data",
            "list the values: PIVOT t ON status IN ('paid', 'open') USING sum(amount)");
        findings.throwIfAny();
      }
      findings.addAt(
          tree.path("position").asLong(0),
          syntax ? SqlCode.SQL_SYNTAX : SqlCode.SQL_NOT_A_SELECT,
          syntax ? message : "a model is one SELECT",
          syntax ? null : "write nothing but a SELECT into the file");
      findings.throwIfAny();
    }
    if (tree.path("statements").size() != 1) {
      findings.addAt(
          0, SqlCode.SQL_NOT_A_SELECT, "a model is one SELECT", "put the other into its own file");
      findings.throwIfAny();
    }
    return tree.path("statements").path(0).path("node");
  }

  /**
   * Lets DuckDB say what it thinks of the query: types that do not fit, above all.
   *
   * @return its columns; none if DuckDB refuses it
   */
  private List<DuckDb.Described> bind(
      SqlText text, Compilation compilation, @org.jspecify.annotations.Nullable Resolved resolved)
      throws SQLException {
    duck.createInputs(compilation.inputs().values());
    try {
      List<DuckDb.Described> columns = duck.describe(text.text());
      SQLException failure = compilation.typingFailure();
      if (failure != null && resolved != null && compilation.findings().isEmpty()) {
        Binding.refuse(compilation.findings(), DuckDb.details(failure));
      }
      return columns;
    } catch (SQLException e) {
      JsonNode details = DuckDb.details(e);
      String message = details.path("exception_message").asText();
      String kind = details.path("error_subtype").asText();
      // A name that is missing is told with a hint already; a clash of types is news.
      boolean news = kind.equals("NO_MATCHING_FUNCTION");
      if (!compilation.findings().isEmpty() && !news) {
        return List.of();
      }
      String first = message.lines().findFirst().orElse(message).replace("\"inputs.", "\"");
      boolean twice = first.startsWith("Ambiguous reference to table");
      compilation
          .findings()
          .add(
              new SqlProblem(
                  text.locate(details.path("position").asLong(0) - "DESCRIBE ".length()),
                  0,
                  first,
                  twice
                      ? "give each relation another name: FROM t AS x, t AS y"
                      : BindingHints.of(details),
                  SqlCode.SQL_INVALID));
      return List.of();
    }
  }

  @Override
  public void close() {
    duck.close();
  }
}
