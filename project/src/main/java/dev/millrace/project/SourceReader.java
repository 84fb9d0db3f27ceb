package dev.millrace.project;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.project.option.Block;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads sources: who writes their topics, their streams and columns. */
final class SourceReader {
  private final List<SourceConnector> connectors;
  private final OptionReader reader;
  private final Problems problems;
  private final String target;
  private final List<String> targets;
  private final SourceSystem sourceSystem;
  private final SerializationReader serializations;
  private final ColumnReader columnReader;

  private final Names names;
  private final Set<String> streams = new LinkedHashSet<>();
  private final Path folder;
  private boolean incomplete;

  /**
   * A reader for the chosen target.
   *
   * @param systems of the chosen target
   * @param targets every target's name
   * @param folder the project's
   */
  SourceReader(
      Collection<? extends Connector> connectors,
      OptionReader reader,
      Problems problems,
      SystemNames systems,
      List<String> targets,
      Path folder) {
    this.connectors =
        connectors.stream()
            .filter(c -> c instanceof SourceConnector)
            .map(c -> (SourceConnector) c)
            .toList();
    this.reader = reader;
    this.problems = problems;
    this.target = systems.target().name();
    this.sourceSystem = new SourceSystem(systems, problems);
    this.serializations = new SerializationReader(systems, problems);
    this.targets = targets;
    this.folder = folder;
    this.columnReader = new ColumnReader(problems);
    this.names = new Names("source", problems);
  }

  /** Every declared stream as {@code source.stream}, faulty ones too. */
  Set<String> streamIds() {
    return streams;
  }

  /** The declared sources' names, faulty ones too. */
  List<String> sourceNames() {
    return names.all();
  }

  /** True if sources or streams were declared that could not be named. */
  boolean isIncomplete() {
    return incomplete;
  }

  /** Says that a file with sources could not be read. */
  void markIncomplete() {
    incomplete = true;
  }

  /** Reads the list under {@code sources}. */
  List<SourceSpec> read(YamlNode list) {
    List<SourceSpec> sources = new ArrayList<>();
    if (!(list instanceof YamlNode.Sequence sequence)) {
      incomplete = true;
      reader.list("sources", list, "source", m -> ProjectFormat.SOURCE);
      return sources;
    }
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Mapping mapping) {
        source(mapping).ifPresent(sources::add);
      } else {
        incomplete = true;
        reader.list("sources", list, "source", m -> ProjectFormat.SOURCE);
      }
    }
    return sources;
  }

  private Optional<SourceSpec> source(YamlNode.Mapping mapping) {
    Optional<String> asked =
        mapping
            .get("connector")
            .filter(n -> n instanceof YamlNode.Scalar)
            .map(n -> ((YamlNode.Scalar) n).text());
    Optional<SourceConnector> connector =
        asked.flatMap(a -> connectors.stream().filter(c -> c.name().equals(a)).findFirst());
    boolean unknown = asked.isPresent() && connector.isEmpty();
    if (unknown) {
      unknownConnector(asked.get(), mapping.get("connector").orElse(mapping).where());
    }
    List<Option> sourceOptions = connector.map(SourceConnector::sourceOptions).orElse(List.of());
    List<Option> streamOptions = connector.map(SourceConnector::streamOptions).orElse(List.of());
    YamlNode.Mapping node = mapping;
    if (unknown || isConnectorMisspelt(mapping)) {
      node = withoutConnectorKeys(mapping);
    } else if (connector.isEmpty()) {
      node = withoutKeysOfNoConnector(mapping);
    }
    boolean active = connector.isPresent() && isActive(node);
    OptionReader own =
        active ? reader : reader.leavingUnread(optionNames(sourceOptions, streamOptions));
    int faults = problems.all().size();
    OptionBlock block = own.read(node, ProjectFormat.source(sourceOptions, streamOptions));

    checkTargets(block);
    Optional<OptionBlock.Located> name = block.located("name");
    if (name.isEmpty()) {
      incomplete = true;
    } else {
      checkName(name.get());
    }
    String sourceName = name.map(OptionBlock.Located::text).orElse("");
    List<StreamSpec> specs = streams(sourceName, block, streamOptions, active);
    Optional<String> system = sourceSystem.read(block, connector.filter(c -> active));
    Optional<String> ledger = sourceSystem.readLedger(block, connector.filter(c -> active));
    Options options = active ? block.options(sourceOptions) : new Options(List.of(), Map.of());
    // A connector may rely on what the declarations say, so it checks only what fits them.
    if (active && problems.all().size() == faults) {
      List<StreamDeclaration> declarations = specs.stream().map(StreamSpec::declaration).toList();
      connector.get().check(options, declarations, block.where(), folder, problems);
    }
    return name.map(
        n ->
            new SourceSpec(
                n.text(),
                active ? asked : Optional.empty(),
                system,
                ledger,
                options,
                specs,
                n.where()));
  }

  private void checkName(OptionBlock.Located name) {
    names.add(name.text(), name.where());
    if (name.text().equalsIgnoreCase("system")) {
      problems.error(
          ProjectError.BAD_NAME,
          name.where(),
          "a source cannot be called `system`: Millrace keeps its own tables there",
          null);
    }
  }

  private static Set<String> optionNames(List<Option> some, List<Option> more) {
    Set<String> all = new HashSet<>();
    some.forEach(o -> all.add(o.name()));
    more.forEach(o -> all.add(o.name()));
    return all;
  }

  private boolean isActive(YamlNode.Mapping mapping) {
    Optional<YamlNode> only = mapping.get("only_in");
    if (only.isEmpty()) {
      return true;
    }
    List<YamlNode> items =
        only.get() instanceof YamlNode.Sequence sequence ? sequence.items() : List.of(only.get());
    return items.stream().anyMatch(i -> i instanceof YamlNode.Scalar s && s.text().equals(target));
  }

  private void checkTargets(OptionBlock block) {
    for (OptionBlock.Located only : block.list("only_in")) {
      if (!targets.isEmpty() && !targets.contains(only.text())) {
        problems.error(
            ProjectError.UNKNOWN_TARGET,
            only.where(),
            "no target `" + only.text() + "`",
            Suggestion.didYouMean(only.text(), targets));
      }
    }
  }

  private void unknownConnector(String name, SourceLocation where) {
    List<String> known = connectors.stream().map(Connector::name).sorted().toList();
    String hint = Suggestion.didYouMean(name, known);
    problems.error(
        ProjectError.UNKNOWN_CONNECTOR,
        where,
        "no connector `" + name + "` that reads",
        hint != null ? hint : "there are `" + String.join("`, `", known) + "`");
  }

  /** Keys that may be an unknown connector's are not complained about. */
  private static YamlNode.Mapping withoutConnectorKeys(YamlNode.Mapping mapping) {
    List<YamlNode.Entry> kept = new ArrayList<>();
    for (YamlNode.Entry entry : mapping.entries()) {
      if (entry.key().text().equals("streams")
          && entry.value() instanceof YamlNode.Sequence streams) {
        List<YamlNode> items =
            streams.items().stream()
                .map(i -> i instanceof YamlNode.Mapping m ? only(m, ProjectFormat.STREAM) : i)
                .toList();
        kept.add(new YamlNode.Entry(entry.key(), new YamlNode.Sequence(items, streams.where())));
      } else if (ProjectFormat.SOURCE.option(entry.key().text()).isPresent()
          || isConnectorMisspelt(entry)) {
        kept.add(entry);
      }
    }
    return new YamlNode.Mapping(kept, mapping.where());
  }

  private static boolean isConnectorMisspelt(YamlNode.Mapping mapping) {
    return mapping.get("connector").isEmpty()
        && mapping.entries().stream().anyMatch(SourceReader::isConnectorMisspelt);
  }

  private static boolean isConnectorMisspelt(YamlNode.Entry entry) {
    return Suggestion.nearest(entry.key().text(), ProjectFormat.SOURCE.names())
        .filter("connector"::equals)
        .isPresent();
  }

  /** Says of a connector's keys in a source without one what they are. */
  private YamlNode.Mapping withoutKeysOfNoConnector(YamlNode.Mapping mapping) {
    List<YamlNode.Entry> kept = new ArrayList<>();
    for (YamlNode.Entry entry : mapping.entries()) {
      if (entry.key().text().equals("streams")
          && entry.value() instanceof YamlNode.Sequence streams) {
        List<YamlNode> items =
            streams.items().stream()
                .map(i -> i instanceof YamlNode.Mapping m ? withoutKeysOfNoConnector(m) : i)
                .toList();
        kept.add(new YamlNode.Entry(entry.key(), new YamlNode.Sequence(items, streams.where())));
      } else if (!reportKeyOfNoConnector(entry.key())) {
        kept.add(entry);
      }
    }
    return new YamlNode.Mapping(kept, mapping.where());
  }

  private boolean reportKeyOfNoConnector(YamlNode.Scalar key) {
    String name = key.text();
    if (ProjectFormat.SOURCE.option(name).isPresent()
        || ProjectFormat.STREAM.option(name).isPresent()) {
      return false;
    }
    Optional<SourceConnector> owner =
        connectors.stream()
            .filter(c -> optionNames(c.sourceOptions(), c.streamOptions()).contains(name))
            .findFirst();
    owner.ifPresent(
        o ->
            problems.error(
                ProjectError.UNKNOWN_KEY,
                key.where(),
                "`" + name + "` is for connector `" + o.name() + "`, and the source names none",
                "add `connector: " + o.name() + "` to the source, or remove the key"));
    return owner.isPresent();
  }

  private static YamlNode only(YamlNode.Mapping mapping, Block block) {
    return new YamlNode.Mapping(
        mapping.entries().stream().filter(e -> block.option(e.key().text()).isPresent()).toList(),
        mapping.where());
  }

  private List<StreamSpec> streams(
      String source, OptionBlock block, List<Option> options, boolean active) {
    Names names = new Names("stream", problems);
    List<StreamSpec> specs = new ArrayList<>();
    if (block.given("streams") && block.blocks("streams").isEmpty()) {
      incomplete = true;
      if (block.node("streams").orElseThrow() instanceof YamlNode.Sequence) {
        problems.error(
            ProjectError.MISSING_KEY, block.where("streams"), "a source needs a stream", null);
      }
    }
    for (OptionBlock stream : block.blocks("streams")) {
      Optional<OptionBlock.Located> name = stream.located("name");
      if (name.isEmpty()) {
        incomplete = true;
        columnReader.read(stream);
      } else {
        names.add(name.get().text(), name.get().where());
        streams.add(source + "." + name.get().text());
        specs.add(stream(source, name.get(), stream, options, active));
      }
    }
    return specs;
  }

  private StreamSpec stream(
      String source,
      OptionBlock.Located name,
      OptionBlock block,
      List<Option> options,
      boolean active) {
    ColumnReader.Columns read = columnReader.read(block);
    List<Column> columns = read.columns();
    checkEventTime(block, columns);
    Optional<StreamSpec.Unique> unique = block.block("unique").flatMap(u -> unique(u, columns));
    long partitions = block.number("partitions").orElse(1L);
    if (partitions < 1 || partitions > 10_000) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.where("partitions"),
          "`partitions` must be between 1 and 10000, found `" + partitions + "`",
          null);
    }
    checkTopic(block);
    RecordFormat rows = new ChangesReader(problems).read(block, read);
    RecordFormat format = serializations.read(block, rows, options, active);
    boolean stop = new SchemaChangeReader(problems).stops(block, format);
    return new StreamSpec(
        source,
        new StreamDeclaration(name.text(), new Schema(columns), block.values(options)),
        block.text("topic").orElse(source + "." + name.text()),
        (int) partitions,
        block.text("event_time").orElse(""),
        block.duration("allowed_lateness").orElse(Duration.ZERO),
        block.duration("max_ahead").orElse(Duration.ZERO),
        block.duration("idle_after").orElse(Duration.ZERO),
        unique,
        stop
            ? StreamSpec.ExtraFields.REJECT
            : StreamSpec.ExtraFields.valueOf(
                block.text("extra_fields").orElseThrow().toUpperCase(Locale.ROOT)),
        stop
            ? StreamSpec.OnBad.STOP
            : StreamSpec.OnBad.valueOf(block.text("on_bad").orElseThrow().toUpperCase(Locale.ROOT)),
        block.number("max_record").orElse(0L),
        format,
        name.where());
  }

  private void checkTopic(OptionBlock block) {
    block
        .located("topic")
        .filter(t -> !t.text().matches("[a-zA-Z0-9._-]{1,249}") || t.text().matches("\\.{1,2}"))
        .ifPresent(
            t ->
                problems.error(
                    ProjectError.BAD_NAME,
                    t.where(),
                    "`" + t.text() + "` cannot be the name of a topic",
                    "Kafka allows letters, digits, `.`, `_` and `-`, at most 249"));
  }

  /** What has one way only to be written, so that equal keys have equal texts. */
  private static final Set<DataType.Kind> KEYS =
      EnumSet.of(
          DataType.Kind.VARCHAR,
          DataType.Kind.TINYINT,
          DataType.Kind.SMALLINT,
          DataType.Kind.INTEGER,
          DataType.Kind.BIGINT,
          DataType.Kind.UTINYINT,
          DataType.Kind.USMALLINT,
          DataType.Kind.UINTEGER);

  private void checkEventTime(OptionBlock block, List<Column> columns) {
    Optional<OptionBlock.Located> eventTime = block.located("event_time");
    if (eventTime.isEmpty()) {
      return;
    }
    DataType timestamptz = new DataType.Scalar(DataType.Kind.TIMESTAMPTZ);
    Optional<Column> column = column(eventTime.get(), columns);
    if (column.isPresent()
        && !column.get().type().equals(timestamptz)
        && column.get().type() != ColumnReader.UNKNOWN_TYPE) {
      problems.error(
          ProjectError.BAD_VALUE,
          eventTime.get().where(),
          "event time `"
              + column.get().name()
              + "` has type "
              + column.get().type()
              + ", and must be a TIMESTAMPTZ",
          "declare the column with `type: TIMESTAMPTZ`; a text or number without a zone is read as UTC");
    }
  }

  private Optional<StreamSpec.Unique> unique(OptionBlock unique, List<Column> columns) {
    Optional<OptionBlock.Located> name = unique.located("key");
    Optional<Column> key = name.flatMap(k -> column(k, columns));
    if (key.isPresent() && !isKeyType(key.get().type())) {
      problems.error(
          ProjectError.BAD_VALUE,
          name.get().where(),
          "`" + key.get().name() + "` has type " + key.get().type() + ", which names no event",
          "declare the column as VARCHAR or as a whole number: repeats are told by the field's text");
    }
    return key.flatMap(k -> unique.duration("within").map(w -> new StreamSpec.Unique(k.name(), w)));
  }

  private static boolean isKeyType(DataType type) {
    return type == ColumnReader.UNKNOWN_TYPE
        || type instanceof DataType.Scalar scalar && KEYS.contains(scalar.kind());
  }

  private Optional<Column> column(OptionBlock.Located name, List<Column> columns) {
    Schema schema = new Schema(columns);
    Optional<Column> column = schema.column(name.text());
    if (column.isEmpty() && !columns.isEmpty()) {
      String hint = Suggestion.didYouMean(name.text(), schema.names());
      problems.error(
          ProjectError.UNKNOWN_COLUMN,
          name.where(),
          "no column `" + name.text() + "` in this stream",
          hint != null ? hint : "its columns are `" + String.join("`, `", schema.names()) + "`");
    }
    return column;
  }
}
