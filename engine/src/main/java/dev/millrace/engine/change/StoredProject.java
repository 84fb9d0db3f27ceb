package dev.millrace.engine.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.change.Definition.AdmissionDefinition;
import dev.millrace.engine.change.Definition.SinkDefinition;
import dev.millrace.engine.change.Definition.SourceDefinition;
import dev.millrace.engine.change.Definition.StreamDefinition;
import dev.millrace.engine.change.Definition.TableDefinition;
import dev.millrace.engine.change.Definition.UsesDefinition;
import dev.millrace.engine.change.Definition.ViewDefinition;
import dev.millrace.engine.flow.Checkpoints;
import dev.millrace.engine.flow.Standing;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The project that a store was filled by.
 *
 * @param streams those that have a table
 * @param tables those that builds make and streams looked up
 * @param uses what streams use
 * @param admissions the rules of sources
 * @param current names of streams whose tables are up to date; the others stand still, since an
 *     edit of them is under way
 * @param standing where streams stand that are not up to date, but whole: their last batch
 * @param gone topics of which records are deleted that were read once, as far as is known
 * @param read sources ({@code source.stream}) of which something was read
 * @param starts of streams that are being filled, where these start
 * @param figures of removed things that a person could miss: changes that wait for a sink, records
 *     that a source refused, by {@code kind name}
 * @param ledgers of sources that keep one and say what its keys depend on, by the source's name
 */
public record StoredProject(
    List<StreamDefinition> streams,
    List<SinkDefinition> sinks,
    List<SourceDefinition> sources,
    List<ViewDefinition> views,
    List<TableDefinition> tables,
    List<UsesDefinition> uses,
    List<AdmissionDefinition> admissions,
    Set<String> current,
    Map<String, String> standing,
    Set<String> gone,
    Set<String> read,
    Map<String, String> starts,
    Map<String, Long> figures,
    Map<String, StoredLedger> ledgers) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Nothing was ever stored. */
  public static final StoredProject NONE =
      new StoredProject(
          List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Set.of(),
          Map.of(), Set.of(), Set.of(), Map.of(), Map.of(), Map.of());

  /**
   * A source's ledger, as the store knows it.
   *
   * @param scope what its keys depend on
   * @param entries how many things it has
   * @param examples some of them
   */
  public record StoredLedger(Map<String, String> scope, long entries, List<String> examples) {
    /** Copies the collections. */
    public StoredLedger {
      scope = Map.copyOf(scope);
      examples = List.copyOf(examples);
    }
  }

  /** A project's sinks and sources, by the names that the store knows. */
  public static Set<String> names(Project project) {
    return Stream.concat(
            project.sinks().stream().map(SinkSpec::name),
            project.streams().stream().map(StreamSpec::qualifiedName))
        .collect(Collectors.toSet());
  }

  /** Copies the collections. */
  public StoredProject {
    streams = List.copyOf(streams);
    sinks = List.copyOf(sinks);
    sources = List.copyOf(sources);
    views = List.copyOf(views);
    tables = List.copyOf(tables);
    uses = List.copyOf(uses);
    admissions = List.copyOf(admissions);
    current = Set.copyOf(current);
    standing = Map.copyOf(standing);
    gone = Set.copyOf(gone);
    read = Set.copyOf(read);
    starts = Map.copyOf(starts);
    figures = Map.copyOf(figures);
    ledgers = Map.copyOf(ledgers);
  }

  /** Reads what a store tells; {@link #NONE} if it has never had a project. */
  public static StoredProject read(Connection connection) throws SQLException {
    return read(connection, Set.of());
  }

  /**
   * As the other, for a project whose sinks and sources ({@code source.stream}) are known: they are
   * not removed, so nobody asks how much that would be, which takes a while to count.
   */
  public static StoredProject read(Connection connection, Set<String> kept) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!exists(statement)) {
        return NONE;
      }
      List<Definition> all = new ArrayList<>();
      Set<String> current = new HashSet<>();
      try (ResultSet row =
          statement.executeQuery(
              "SELECT kind, name, definition, current FROM progress.definitions ORDER BY kind, name")) {
        while (row.next()) {
          String name = row.getString(1) + " " + row.getString(2);
          all.add(Definitions.parse(row.getString(3), type(row.getString(1)), name));
          if (row.getBoolean(4) && row.getString(1).equals("stream")) {
            current.add(row.getString(2));
          }
        }
      }
      Map<String, String> standing = new HashMap<>();
      Standing.read(statement)
          .forEach(
              (stream, place) -> {
                if (place.isNewest()) {
                  current.add(stream);
                } else {
                  standing.put(stream, place.batch());
                }
              });
      return new StoredProject(
          of(all, StreamDefinition.class),
          of(all, SinkDefinition.class),
          of(all, SourceDefinition.class),
          of(all, ViewDefinition.class),
          of(all, TableDefinition.class),
          of(all, UsesDefinition.class),
          of(all, AdmissionDefinition.class),
          current,
          standing,
          Checkpoints.gone(statement),
          sources(statement),
          starts(statement),
          figures(statement, all, kept),
          ledgers(statement));
    }
  }

  private static boolean exists(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'progress'"
                + " AND table_name IN ('definitions', 'batches', 'sink_positions')")) {
      row.next();
      return row.getInt(1) == 3;
    }
  }

  private static <T> List<T> of(List<Definition> all, Class<T> type) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static Class<? extends Definition> type(String kind) {
    return switch (kind) {
      case "stream" -> StreamDefinition.class;
      case "sink" -> SinkDefinition.class;
      case "source" -> SourceDefinition.class;
      case "view" -> ViewDefinition.class;
      case "table" -> TableDefinition.class;
      case "uses" -> UsesDefinition.class;
      case "admission" -> AdmissionDefinition.class;
      default -> throw new IllegalStateException("no kind of asset: " + kind);
    };
  }

  private static Set<String> sources(Statement statement) throws SQLException {
    Set<String> read = new TreeSet<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT DISTINCT p.source FROM (SELECT unnest(partitions) AS p FROM progress.newest)"
                + " WHERE p.next_offset > 0")) {
      while (row.next()) {
        read.add(row.getString(1));
      }
    }
    return read;
  }

  private static Map<String, String> starts(Statement statement) throws SQLException {
    Map<String, String> starts = new HashMap<>();
    try (ResultSet row = statement.executeQuery("SELECT definition FROM progress.filling")) {
      while (row.next()) {
        starts.putAll(Definitions.parseFill(row.getString(1)).starts());
      }
    }
    return starts;
  }

  private static Map<String, Long> figures(
      Statement statement, List<Definition> all, Set<String> kept) throws SQLException {
    Map<String, Long> figures = new HashMap<>();
    for (SinkDefinition sink : of(all, SinkDefinition.class)) {
      String outbox = sink.name();
      if (kept.contains(outbox)) {
        continue;
      }
      String quoted = Identifier.quote(outbox);
      String literal = Identifier.literal(outbox);
      try (ResultSet row =
          statement.executeQuery(
              "SELECT count(*) FROM outbox."
                  + quoted
                  + " WHERE _seq > coalesce((SELECT delivered FROM progress.sink_positions WHERE sink = "
                  + literal
                  + "), 0)")) {
        row.next();
        figures.put("sink " + outbox, row.getLong(1));
      }
    }
    if (of(all, SourceDefinition.class).stream().allMatch(s -> kept.contains(s.name()))) {
      return figures;
    }
    try (ResultSet row =
        statement.executeQuery(
            "SELECT source, count(*) FROM (SELECT source FROM store.system.late UNION ALL SELECT source"
                + " FROM store.system.rejected UNION ALL SELECT source FROM store.system.duplicates)"
                + " GROUP BY source")) {
      while (row.next()) {
        figures.put("source " + row.getString(1), row.getLong(2));
      }
    }
    return figures;
  }

  private static Map<String, StoredLedger> ledgers(Statement statement) throws SQLException {
    Map<String, StoredLedger> ledgers = new HashMap<>();
    if (!hasScopes(statement)) {
      return ledgers;
    }
    try (ResultSet row =
        statement.executeQuery(
            "SELECT l.source, l.scope, (SELECT count(*) FROM store.system.files f WHERE f.source = l.source),"
                + " (SELECT coalesce(list(path), []) FROM (SELECT path FROM store.system.files f WHERE f.source = l.source"
                + " ORDER BY path LIMIT 3)) FROM progress.ledgers l WHERE l.scope IS NOT NULL")) {
      while (row.next()) {
        ledgers.put(
            row.getString(1),
            new StoredLedger(
                scope(row.getString(2)),
                row.getLong(3),
                Stream.of((Object[]) row.getArray(4).getArray()).map(String::valueOf).toList()));
      }
    }
    return ledgers;
  }

  /** False in a store that was made before scopes were kept, or that has no table of files. */
  private static boolean hasScopes(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "SELECT count(*) FROM duckdb_columns() WHERE (schema_name, table_name, column_name) IN"
                + " (('progress', 'ledgers', 'scope'), ('system', 'files', 'path'))")) {
      row.next();
      return row.getInt(1) == 2;
    }
  }

  private static Map<String, String> scope(String json) {
    try {
      return MAPPER.readValue(json, new TypeReference<Map<String, String>>() {});
    } catch (JsonProcessingException e) {
      return Map.of();
    }
  }

  /** Says how much of a removed thing a person could miss. */
  long figure(String kind, String name) {
    return figures.getOrDefault(kind + " " + name, 0L);
  }

  /** The tables of a stream, as {@code schema.table}, its own first; none if there is none. */
  public List<String> tables(String stream) {
    return stream(stream).stream()
        .flatMap(
            s ->
                Stream.concat(
                    Stream.of("published." + s.name()), s.states().stream().map(n -> "state." + n)))
        .toList();
  }

  /** The definition of a stream; empty if it has no table. */
  Optional<StreamDefinition> stream(String name) {
    return streams.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /** What a stream used; empty if that is not known. */
  Optional<UsesDefinition> uses(String stream) {
    return uses.stream().filter(u -> u.name().equals(stream)).findFirst();
  }

  /** The rules of a source; empty if they are not known. */
  Optional<AdmissionDefinition> admission(String source) {
    return admissions.stream().filter(a -> a.name().equals(source)).findFirst();
  }

  /** The definition of a sink; empty if it has no outbox. */
  Optional<SinkDefinition> sink(String name) {
    return sinks.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /** The definition of a table that streams looked up; empty if none did. */
  Optional<TableDefinition> table(String name) {
    return tables.stream().filter(t -> t.name().equals(name)).findFirst();
  }

  /** The definition of a source stream; empty if it was never part of the project. */
  Optional<SourceDefinition> source(String name) {
    return sources.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /** As JSON, for another process. */
  public String text() {
    try {
      return MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads {@link #text()}. */
  public static StoredProject parse(String text) {
    try {
      return MAPPER.readValue(text, StoredProject.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
