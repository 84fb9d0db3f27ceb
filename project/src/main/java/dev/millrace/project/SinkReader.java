package dev.millrace.project;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Option;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads sinks. Their models are checked by {@link #checkModels} once those are known. */
final class SinkReader {
  private static final String TABLE = "table";

  private final Map<String, SinkConnector> connectors = new HashMap<>();
  private final OptionReader reader;
  private final Problems problems;
  private final Target target;
  private final SystemNames systems;
  private final Names names;
  private final Map<String, SinkSpec> taken = new HashMap<>();
  private final List<OptionBlock.Located> delivered = new ArrayList<>();

  /** Sinks by the names of views that show what they have and what waits. */
  private final Map<String, SinkSpec> views = new HashMap<>();

  /**
   * A reader.
   *
   * @param systems of the chosen target
   */
  SinkReader(
      Collection<? extends Connector> connectors,
      OptionReader reader,
      Problems problems,
      SystemNames systems) {
    for (Connector connector : connectors) {
      if (connector instanceof SinkConnector sink) {
        this.connectors.put(sink.name(), sink);
      }
    }
    this.reader = reader;
    this.problems = problems;
    this.target = systems.target();
    this.systems = systems;
    this.names = new Names("sink", problems);
  }

  /** Reads the list under {@code sinks}. */
  List<SinkSpec> read(YamlNode list) {
    return reader.list("sinks", list, "sink", m -> ProjectFormat.SINK.plus(options(m))).stream()
        .flatMap(b -> sink(b).stream())
        .toList();
  }

  private List<Option> options(YamlNode.Mapping sink) {
    return sink.get("system")
        .filter(n -> n instanceof YamlNode.Scalar)
        .map(n -> ((YamlNode.Scalar) n).text())
        .map(this::options)
        .orElse(List.of());
  }

  private List<Option> options(String system) {
    return target
        .system(system)
        .map(s -> connectors.get(s.type()))
        .map(SinkConnector::sinkOptions)
        .orElse(List.of());
  }

  private Optional<SinkConnector> connector(OptionBlock block) {
    return block.text("system").flatMap(target::system).map(s -> connectors.get(s.type()));
  }

  private Optional<SinkSpec> sink(OptionBlock block) {
    block.located("name").ifPresent(n -> names.add(n.text(), n.where()));
    block.located("from").ifPresent(delivered::add);
    block.located("system").ifPresent(this::checkSystem);
    String targetKey = connector(block).map(SinkConnector::targetKey).orElse(TABLE);
    checkTable(block, targetKey);
    checkMode(block);
    checkKey(block);
    Optional<String> name = block.text("name");
    Optional<String> from = block.text("from");
    Optional<String> system = block.text("system");
    Optional<WriteMode> mode = mode(block);
    if (name.isEmpty() || from.isEmpty() || system.isEmpty() || mode.isEmpty()) {
      return Optional.empty();
    }
    SinkSpec sink =
        new SinkSpec(
            name.get(),
            from.get(),
            system.get(),
            block.text(targetKey).orElse(name.get()),
            mode.get(),
            block.list("key").stream().map(OptionBlock.Located::text).toList(),
            block.number("outbox").orElse(0L),
            block.options(options(system.get())),
            block.where("name"),
            block.places());
    connector(block).ifPresent(c -> checkTaken(sink, c));
    connector(block)
        .flatMap(c -> c.liveView(sink.options()))
        .ifPresent(view -> views.putIfAbsent(view, sink));
    return Optional.of(sink);
  }

  /** One sink would empty, or take back, what another one has delivered. */
  private void checkTaken(SinkSpec sink, SinkConnector connector) {
    for (String name : connector.takenNames(sink.table(), sink.mode(), sink.options())) {
      SinkSpec other = taken.putIfAbsent(sink.system() + "\0" + name, sink);
      if (other != null && !other.name().equals(sink.name())) {
        problems.error(
            ProjectError.DUPLICATE_NAME,
            sink.where(connector.targetKey()),
            "sinks `%s` and `%s` both make `%s` in system `%s`"
                .formatted(other.name(), sink.name(), name, sink.system()),
            "give one of them another `%s`%s, or deliver both as one stream (UNION ALL)"
                .formatted(
                    connector.targetKey(),
                    name.equals(sink.table()) && name.equals(other.table())
                        ? ""
                        : ", or the one whose view it is `view: false`"));
      }
    }
  }

  private void checkSystem(OptionBlock.Located name) {
    Optional<SystemSpec> system = systems.find(name, problems);
    if (system.isPresent() && !connectors.containsKey(system.get().type())) {
      problems.error(
          ProjectError.UNKNOWN_CONNECTOR,
          name.where(),
          "no connector writes to a system of type `" + system.get().type() + "`",
          "sinks can write to "
              + String.join(", ", connectors.keySet().stream().sorted().toList()));
    }
  }

  private void checkTable(OptionBlock block, String targetKey) {
    if (!targetKey.equals(TABLE)) {
      if (block.given(TABLE)) {
        problems.error(
            ProjectError.BAD_VALUE,
            block.keyPlace(TABLE),
            "system `" + block.text("system").orElse("") + "` has no tables",
            "write `" + targetKey + "` instead of `table`");
      }
      return;
    }
    block
        .located(TABLE)
        .filter(t -> !t.text().matches("[^.\\s\"]+(\\.[^.\\s\"]+)?"))
        .ifPresent(
            t ->
                problems.error(
                    ProjectError.BAD_NAME,
                    t.where(),
                    "`" + t.text() + "` cannot be the name of a table",
                    "write `table` or `schema.table`"));
  }

  private static Optional<WriteMode> mode(OptionBlock block) {
    return block.text("mode").map(m -> WriteMode.valueOf(m.toUpperCase(Locale.ROOT)));
  }

  private void checkMode(OptionBlock block) {
    Optional<WriteMode> mode = mode(block);
    Optional<SinkConnector> connector = connector(block);
    if (mode.isPresent()
        && connector.isPresent()
        && !connector.get().modes().contains(mode.get())) {
      List<String> possible =
          connector.get().modes().stream()
              .sorted()
              .map(m -> "`" + m.name().toLowerCase(Locale.ROOT) + "`")
              .toList();
      problems.error(
          ProjectError.BAD_VALUE,
          block.where("mode"),
          "a sink to a system of type `"
              + connector.get().name()
              + "` has no `mode: "
              + block.text("mode").orElse("")
              + "`",
          "write one of " + String.join(", ", possible));
    }
  }

  private void checkKey(OptionBlock block) {
    Optional<WriteMode> mode = mode(block);
    if (mode.filter(WriteMode::isKeyed).isPresent() && block.list("key").isEmpty()) {
      problems.error(
          ProjectError.MISSING_KEY,
          block.where("mode"),
          "`mode: " + block.text("mode").orElse("") + "` without a `key`",
          "add `key`, the columns that name a row, such as `key: [campaign_id, minute]`");
    } else if (mode.filter(m -> !m.isKeyed()).isPresent() && block.given("key")) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.keyPlace("key"),
          "`key` means nothing with `mode: append`",
          "remove it, or write `mode: upsert`");
    }
    Names columns = Names.ofColumns(problems);
    block.list("key").forEach(k -> columns.add(k.text(), k.where()));
  }

  /** Checks that every sink delivers a stream or a table of a build, and names of views. */
  void checkModels(ModelSet models, Collection<String> streams) {
    views.forEach(
        (view, sink) -> {
          if (models.names().stream().anyMatch(view::equalsIgnoreCase)) {
            problems.error(
                ProjectError.DUPLICATE_NAME,
                sink.where("live_view"),
                "the view `%s` of sink `%s` has the name of a model".formatted(view, sink.name()),
                "give it another name");
          }
        });
    for (OptionBlock.Located from : delivered) {
      if (models.isKnown(from.text())) {
        models
            .materialization(from.text())
            .filter(m -> m != ModelSpec.Materialization.STREAM && !m.isBatch())
            .ifPresent(m -> notStream(from, m));
      } else if (streams.contains(from.text())) {
        problems.error(
            ProjectError.CANNOT_READ,
            from.where(),
            "a sink delivers a model, and `" + from.text() + "` is a source's stream",
            "write a stream model that selects from it");
      } else {
        String hint = Suggestion.didYouMean(from.text(), models.names());
        problems.error(
            ProjectError.UNKNOWN_MODEL, from.where(), "no model `" + from.text() + "`", hint);
      }
    }
  }

  private void notStream(OptionBlock.Located from, ModelSpec.Materialization kind) {
    problems.error(
        ProjectError.CANNOT_READ,
        from.where(),
        "a sink delivers a stream's changes, or those of a table by its builds, and `"
            + from.text()
            + "` is "
            + (kind == ModelSpec.Materialization.EPHEMERAL ? "ephemeral" : "a view"),
        "write `materialized='stream'` or `'table'` in its config()");
  }
}
