package dev.millrace.project;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.project.option.Block;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code targets} of millrace.yml. Every target is checked; templates are rendered in the
 * chosen one only, so that a variable which only production sets is no problem elsewhere.
 */
final class TargetReader {
  /** The system whose topics sources read. */
  static final String KAFKA = "kafka";

  private final Collection<? extends Connector> connectors;
  private final OptionReader reader;
  private final Problems problems;
  private final Set<String> declared = new TreeSet<>();

  TargetReader(Collection<? extends Connector> connectors, OptionReader reader, Problems problems) {
    this.connectors = connectors;
    this.reader = reader;
    this.problems = problems;
  }

  /**
   * The name of the target to load: the one asked for, the default, or the first.
   *
   * @param asked null for the project's default
   */
  String choose(OptionBlock project, @Nullable String asked) {
    List<String> names =
        project.node("targets").filter(n -> n instanceof YamlNode.Mapping).stream()
            .flatMap(n -> ((YamlNode.Mapping) n).entries().stream())
            .map(e -> e.key().text())
            .toList();
    Optional<String> byDefault = project.text("default_target");
    if (byDefault.isPresent() && !names.contains(byDefault.get()) && !names.isEmpty()) {
      unknown(byDefault.get(), project.where("default_target"), names);
    }
    String usual = byDefault.filter(names::contains).orElse(names.isEmpty() ? "dev" : names.get(0));
    List<String> known = names.isEmpty() ? List.of("dev") : names;
    if (asked != null && !known.contains(asked)) {
      unknown(asked, project.keyPlace("targets"), known);
      return usual; // The rest of the project is checked for the usual target.
    }
    return asked != null ? asked : usual;
  }

  private void unknown(String name, SourceLocation where, List<String> names) {
    String hint = Suggestion.didYouMean(name, names);
    problems.error(
        ProjectError.UNKNOWN_TARGET,
        where,
        "no target `" + name + "`",
        hint != null ? hint : "the targets are `" + String.join("`, `", names) + "`");
  }

  /**
   * Reads every target and returns the chosen one. A project without targets has Kafka embedded.
   */
  Target read(OptionBlock project, String chosen) {
    Optional<YamlNode> node = project.node("targets");
    if (node.isEmpty()) {
      declared.add(KAFKA);
      Options options = new Options(systemOptions(KAFKA).orElse(List.of()), Map.of());
      return new Target(
          chosen, List.of(new SystemSpec(KAFKA, KAFKA, true, options, project.where())));
    }
    Target target = new Target(chosen, List.of());
    if (node.get() instanceof YamlNode.Mapping targets) {
      Names names = new Names("target", problems);
      for (YamlNode.Entry entry : targets.entries()) {
        names.add(entry.key().text(), entry.key().where());
        boolean isChosen = entry.key().text().equals(chosen);
        List<SystemSpec> systems = systems(entry, isChosen);
        target = isChosen ? new Target(chosen, systems) : target;
      }
    } else {
      wrong(node.get(), "`targets` is " + node.get().kind() + ", expected targets by name");
    }
    return target;
  }

  /** The names of the chosen target's systems, faulty ones too. */
  Set<String> systemNames() {
    return declared;
  }

  private List<SystemSpec> systems(YamlNode.Entry target, boolean chosen) {
    List<SystemSpec> systems = new ArrayList<>();
    if (target.value() instanceof YamlNode.Mapping mapping) {
      Names names = new Names("system", problems);
      for (YamlNode.Entry entry : mapping.entries()) {
        names.add(entry.key().text(), entry.key().where());
        if (chosen) {
          declared.add(entry.key().text());
        }
        system(entry, chosen).ifPresent(systems::add);
      }
    } else if (!target.value().isNull()) {
      wrong(
          target.value(),
          "target `"
              + target.key().text()
              + "` is "
              + target.value().kind()
              + ", expected systems by name");
    }
    return systems;
  }

  private Optional<SystemSpec> system(YamlNode.Entry entry, boolean chosen) {
    String name = entry.key().text();
    SourceLocation where = entry.key().where();
    boolean word = entry.value() instanceof YamlNode.Scalar s && s.text().equals("embedded");
    if (!word && !(entry.value() instanceof YamlNode.Mapping)) {
      wrong(
          entry.value(),
          "system `"
              + name
              + "` is "
              + entry.value().kind()
              + ", expected `embedded` or a block of keys");
      return Optional.empty();
    }
    YamlNode.Mapping block =
        word
            ? new YamlNode.Mapping(List.of(), entry.value().where())
            : (YamlNode.Mapping) entry.value();
    String type = text(block, "type").orElse(name);
    Optional<List<Option>> declared = systemOptions(type);
    if (declared.isEmpty()) {
      unknownType(type, block.get("type").map(YamlNode::where).orElse(where));
      return Optional.empty();
    }
    boolean embedded = word || text(block, "embedded").filter("true"::equals).isPresent();
    List<Option> options = embedded ? withoutRequired(declared.get()) : declared.get();
    Block declaration =
        new Block(
                "system",
                ProjectFormat.SYSTEM.text(),
                ProjectFormat.SYSTEM.options(),
                ProjectFormat.SYSTEM.nested(),
                List.of())
            .plus(options);
    Set<String> unread = chosen ? Set.of() : new HashSet<>(declaration.names());
    OptionBlock read = reader.leavingUnread(unread).read(block, declaration, name);
    return Optional.of(new SystemSpec(name, type, embedded, read.options(options), where));
  }

  private static Optional<String> text(YamlNode.Mapping block, String key) {
    return block
        .get(key)
        .filter(n -> n instanceof YamlNode.Scalar)
        .map(n -> ((YamlNode.Scalar) n).text());
  }

  /** An embedded system has no address, so nothing must be given. */
  private static List<Option> withoutRequired(List<Option> options) {
    return options.stream()
        .map(
            o ->
                new Option(
                    o.name(), o.type(), false, o.defaultText(), o.choices(), o.text(), o.example()))
        .toList();
  }

  private Optional<List<Option>> systemOptions(String type) {
    return connectors.stream()
        .filter(c -> c.name().equals(type))
        .findFirst()
        .map(Connector::systemOptions);
  }

  private void unknownType(String type, SourceLocation where) {
    Set<String> types = new TreeSet<>();
    connectors.stream().filter(c -> !c.systemOptions().isEmpty()).forEach(c -> types.add(c.name()));
    String hint = Suggestion.didYouMean(type, types);
    problems.error(
        ProjectError.UNKNOWN_CONNECTOR,
        where,
        "no connector for a system of type `" + type + "`",
        hint != null ? hint : "set `type` to one of `" + String.join("`, `", types) + "`");
  }

  private void wrong(YamlNode node, String message) {
    problems.error(ProjectError.BAD_VALUE, node.where(), message, null);
  }
}
