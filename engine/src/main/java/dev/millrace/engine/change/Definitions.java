package dev.millrace.engine.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.change.Definition.AdmissionDefinition;
import dev.millrace.engine.change.Definition.ColumnDefinition;
import dev.millrace.engine.change.Definition.FillDefinition;
import dev.millrace.engine.change.Definition.SinkDefinition;
import dev.millrace.engine.change.Definition.SourceDefinition;
import dev.millrace.engine.change.Definition.StreamDefinition;
import dev.millrace.engine.change.Definition.TableDefinition;
import dev.millrace.engine.change.Definition.UsesDefinition;
import dev.millrace.engine.change.Definition.ViewDefinition;
import dev.millrace.engine.lookup.UsedColumns;
import dev.millrace.engine.store.StoreError;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StateTable;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes {@link Definition}s of a project's assets, and their text for the store. */
public final class Definitions {
  /** Another number makes every stream another one; for changes that programs do not show. */
  private static final int GENERATION = 1;

  /** The option of a sink that says how values are written. */
  private static final String FORM = "format";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private Definitions() {}

  /** The definition of a stream model. */
  static StreamDefinition of(ModelSpec model, StreamProgram program) {
    return new StreamDefinition(
        model.name(),
        hash(model.sql() + "\n" + model.emit()),
        fingerprint(program),
        model.retain().map(r -> r.toNanos() / 1000).orElse(-1L),
        program.inputs().stream().map(Relation::name).toList(),
        columns(program.output().schema().columns()),
        program.output().appendOnly(),
        program.states().stream().map(StateTable::name).toList(),
        Starts.definition(model, program));
  }

  /** What a stream model's program does not show. */
  static UsesDefinition uses(
      String name, StreamProgram program, List<StreamSpec> streams, FunctionJars jars) {
    UsedColumns used = new UsedColumns(program);
    Map<String, String> fields = new TreeMap<>();
    for (Relation input : program.inputs()) {
      for (StreamSpec stream : streams) {
        List<String> columns = stream.declaration().schema().names();
        for (int i = 0; i < columns.size(); i++) {
          if (stream.qualifiedName().equals(input.name()) && used.contains(columns.get(i))) {
            fields.put(
                input.name() + "." + columns.get(i), stream.format().fields().get(i).toString());
          }
        }
      }
    }
    List<String> functions = jars.usedBy(program);
    return new UsesDefinition(
        name, fields, functions, functions.isEmpty() ? Map.of() : jars.hashes());
  }

  /** The rules of a stream of a source. */
  static AdmissionDefinition admission(StreamSpec stream) {
    Map<String, String> rules = new TreeMap<>();
    rules.put("allowed_lateness", text(stream.allowedLateness()));
    rules.put("max_ahead", text(stream.maxAhead()));
    rules.put("idle_after", text(stream.idleAfter()));
    stream.unique().ifPresent(u -> rules.put("unique within", text(u.within())));
    rules.put("extra_fields", stream.extraFields().name().toLowerCase(Locale.ROOT));
    rules.put("on_bad", stream.onBad().name().toLowerCase(Locale.ROOT));
    rules.put("max_record_bytes", String.valueOf(stream.maxRecordBytes()));
    return new AdmissionDefinition(stream.qualifiedName(), rules);
  }

  private static String text(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  /** The definition of a sink of a stream. */
  static SinkDefinition of(SinkSpec sink, StreamProgram program) {
    return of(sink, program.output().schema());
  }

  /** The definition of a sink of what has these columns. */
  static SinkDefinition of(SinkSpec sink, Schema schema) {
    return new SinkDefinition(
        sink.name(),
        sink.from(),
        sink.system(),
        sink.table(),
        sink.mode().name(),
        sink.key(),
        columns(schema.columns()),
        sink.options().isDeclared(FORM) ? sink.options().text(FORM) : "");
  }

  /** The definition of a stream of a source. */
  static SourceDefinition of(StreamSpec stream) {
    return new SourceDefinition(
        stream.qualifiedName(),
        stream.topic(),
        stream.eventTime(),
        columns(stream.declaration().schema().columns()),
        stream.unique().map(StreamSpec.Unique::key).orElse(""),
        stream.format().isChanges()
            ? stream.format().changes()
                + " "
                + stream.format().key()
                + hash(stream.declaration().schema() + " " + stream.format().fields())
            : "",
        hash(stream.format().fields().toString()));
  }

  /** The tables that programs look up. */
  static List<TableDefinition> tables(Map<String, StreamProgram> programs) {
    return UsedColumns.ofTables(programs.values()).entrySet().stream()
        .map(t -> new TableDefinition(t.getKey(), columns(t.getValue().columns())))
        .toList();
  }

  /** The views of a project. */
  static List<ViewDefinition> views(Project project) {
    return project.models().stream()
        .filter(m -> m.materialization() == Materialization.VIEW)
        .map(m -> new ViewDefinition(m.name(), hash(m.sql())))
        .toList();
  }

  private static List<ColumnDefinition> columns(List<Column> columns) {
    return columns.stream().map(c -> new ColumnDefinition(c.name(), c.type().toString())).toList();
  }

  /**
   * Two programs with the same fingerprint make the same of the same records: the same steps over
   * the same states, the same output, and inputs whose columns that steps name have the same types.
   */
  private static String fingerprint(StreamProgram program) {
    String steps = program.steps().stream().map(Object::toString).collect(Collectors.joining("\n"));
    UsedColumns used = new UsedColumns(program);
    List<String> lines = new ArrayList<>();
    lines.add(String.valueOf(GENERATION));
    for (Relation input : program.inputs()) {
      lines.add(contract(input));
      for (Column column : input.schema().columns()) {
        if (used.contains(column.name())) {
          lines.add(column.name() + " " + column.type());
        }
      }
    }
    lines.add(contract(program.output()));
    program.output().schema().columns().forEach(c -> lines.add(c.name() + " " + c.type()));
    program.states().forEach(s -> lines.add(s.name() + s.schema() + s.key()));
    lines.add(steps);
    return hash(String.join("\n", lines));
  }

  private static String contract(Relation relation) {
    return relation.name()
        + relation.identity()
        + relation.hidden()
        + relation.appendOnly()
        + new TreeMap<>(relation.watermarks())
        + new TreeSet<>(relation.lasting());
  }

  private static String hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }

  static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The definition as the store keeps it. */
  static String text(Definition definition) {
    try {
      return MAPPER.writeValueAsString(definition);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The definition that the store kept.
   *
   * @throws StopException if it cannot be read: taken for an asset that is not there, the asset
   *     would be made and delivered once more
   */
  static <T extends Definition> T parse(String text, Class<T> type, String name) {
    try {
      JsonNode tree = MAPPER.readTree(text);
      if (type == SinkDefinition.class && !tree.has("form")) {
        // The store is older.
        ((ObjectNode) tree).put("form", "");
      }
      return MAPPER.treeToValue(tree, type);
    } catch (IOException e) {
      throw new StopException(
          Problem.error(
              StoreError.STORE_OLDER,
              null,
              "what the store says of `" + name + "` was written by another version of Millrace",
              "use that version, or start over from the topics with `--fresh`"),
          e);
    }
  }

  /**
   * What is filled: the fill goes on after a restart if nothing of it is another one.
   *
   * @param goesOn whether the new tables begin as what the old ones are
   */
  static FillDefinition fill(
      List<StreamSpec> sources,
      List<ModelSpec> models,
      Map<String, StreamProgram> programs,
      FunctionJars jars,
      boolean goesOn) {
    Map<String, SourceDefinition> read = new TreeMap<>();
    sources.forEach(s -> read.put(s.qualifiedName(), of(s)));
    Map<String, String> fingerprints = new TreeMap<>();
    Map<String, String> starts = new TreeMap<>();
    Map<String, Long> retained = new TreeMap<>();
    for (ModelSpec model : models) {
      StreamProgram program = Objects.requireNonNull(programs.get(model.name()), model.name());
      StreamDefinition stream = of(model, program);
      String functions =
          jars.usedBy(program).isEmpty() ? "" : " " + new TreeMap<>(jars.hashes()).values();
      fingerprints.put(model.name(), (goesOn ? "goes on " : "") + stream.fingerprint() + functions);
      starts.put(model.name(), stream.start());
      retained.put(model.name(), stream.retainMicros());
    }
    return new FillDefinition(read, fingerprints, starts, retained);
  }

  /** The definition of a fill as the store keeps it. */
  static String text(FillDefinition fill) {
    try {
      return MAPPER.writeValueAsString(fill);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The definition of a fill that the store kept; one that cannot be read begins anew. */
  static FillDefinition parseFill(String text) {
    try {
      return MAPPER.readValue(text, FillDefinition.class);
    } catch (IOException e) {
      return FillDefinition.NONE;
    }
  }

  /** Definitions by name. */
  static <T extends Definition> Map<String, T> byName(List<T> definitions) {
    return definitions.stream()
        .collect(Collectors.toMap(Definition::name, d -> d, (a, b) -> a, TreeMap::new));
  }
}
