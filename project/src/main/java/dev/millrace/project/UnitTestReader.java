package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.ModelVariants.Overrides;
import dev.millrace.project.UnitTestSpec.Cell;
import dev.millrace.project.UnitTestSpec.Expectation;
import dev.millrace.project.UnitTestSpec.Expected;
import dev.millrace.project.UnitTestSpec.Given;
import dev.millrace.project.UnitTestSpec.Refused;
import dev.millrace.project.UnitTestSpec.Row;
import dev.millrace.project.UnitTestSpec.Rows;
import dev.millrace.project.UnitTestSpec.Step;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.yaml.YamlNode;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads unit tests: their script, and whether the models and inputs that they name are there. What
 * only columns can tell is checked later.
 */
final class UnitTestReader {
  private final ZoneId zone;
  private final UnitTestInputs inputs;
  private final RowsReader rowsReader;
  private final ModelVariants variants;
  private final Problems problems;
  private final Map<String, SourceLocation> names = new HashMap<>();

  UnitTestReader(
      ZoneId zone,
      UnitTestInputs inputs,
      RowsReader rowsReader,
      ModelVariants variants,
      Problems problems) {
    this.zone = zone;
    this.inputs = inputs;
    this.rowsReader = rowsReader;
    this.variants = variants;
    this.problems = problems;
  }

  /** Reads tests; those that are faulty or not enabled are left out. */
  List<UnitTestSpec> read(List<OptionBlock> blocks) {
    return blocks.stream().flatMap(b -> test(b).stream()).toList();
  }

  private Optional<UnitTestSpec> test(OptionBlock block) {
    Optional<OptionBlock.Located> name = block.located("name");
    Optional<OptionBlock.Located> model = block.located("model");
    if (name.isPresent() && model.isPresent()) {
      checkName(model.get().text(), name.get());
    }
    List<Step> steps = steps(block);
    Overrides overrides = overrides(block);
    if (block.block("config").filter(c -> !c.flag("enabled")).isPresent()
        || name.isEmpty()
        || model.isEmpty()
        || !inputs.checkModel(model.get())) {
      return Optional.empty();
    }
    Set<String> givenModels = inputs.checkRead(model.get().text(), steps);
    return variants
        .models(overrides, givenModels)
        .map(
            models ->
                new UnitTestSpec(
                    name.get().text(),
                    model.get().text(),
                    block.text("description").orElse(""),
                    block.block("config").stream()
                        .flatMap(c -> c.list("tags").stream())
                        .map(OptionBlock.Located::text)
                        .toList(),
                    steps,
                    models,
                    name.get().where()));
  }

  private void checkName(String model, OptionBlock.Located name) {
    SourceLocation first = names.putIfAbsent(model + "." + name.text(), name.where());
    if (first != null) {
      problems.error(
          ProjectError.DUPLICATE_NAME,
          name.where(),
          "two unit tests of model `" + model + "` have the name `" + name.text() + "`",
          "the first one is at " + first);
    }
  }

  private List<Step> steps(OptionBlock block) {
    List<Step> steps = new ArrayList<>();
    boolean scripted = block.given("steps");
    Optional<Expectation> last = block.block("expect").map(this::expectation);
    List<Given> first = given(block);
    if (!scripted || block.given("at") || !first.isEmpty()) {
      steps.add(
          new Step(
              0,
              instant(block, "at"),
              Optional.empty(),
              false,
              first,
              Optional.empty(),
              scripted ? List.of() : inputs.all(),
              scripted ? Optional.empty() : last));
    }
    int number = 1;
    for (OptionBlock step : block.blocks("steps")) {
      steps.add(step(step, number++));
    }
    if (scripted && last.isPresent()) {
      steps.add(
          new Step(
              0,
              Optional.empty(),
              Optional.empty(),
              false,
              List.of(),
              Optional.empty(),
              List.of(),
              last));
    }
    if (steps.stream().allMatch(s -> s.expect().isEmpty())) {
      problems.error(
          ProjectError.MISSING_KEY,
          block.where("name"),
          "the unit test expects nothing",
          "add `expect`, such as `expect: {rows: [{clicks: 1}]}`; `rows: []` for none");
    }
    return steps;
  }

  private Step step(OptionBlock step, int number) {
    List<String> end = new ArrayList<>();
    for (OptionBlock.Located text : step.list("end")) {
      if (text.text().equals("all")) {
        end.addAll(inputs.all());
      } else {
        inputs.input(text).ifPresent(end::add);
      }
    }
    return new Step(
        number,
        instant(step, "at"),
        step.duration("advance"),
        step.flag("restart"),
        given(step),
        instant(step, "watermark"),
        end,
        step.block("expect").map(this::expectation));
  }

  private Optional<Instant> instant(OptionBlock block, String key) {
    return block
        .located(key)
        .flatMap(text -> Moments.read(text.text(), text.where(), zone, problems));
  }

  private List<Given> given(OptionBlock block) {
    List<Given> given = new ArrayList<>();
    for (OptionBlock input : block.blocks("given")) {
      Optional<String> id = input.located("input").flatMap(inputs::input);
      Optional<Rows> rows = rowsReader.read(input);
      if (rows.isEmpty() && !input.given("rows") && !input.given("fixture")) {
        problems.error(
            ProjectError.MISSING_KEY,
            input.where(),
            "the input has no `rows`",
            "add `rows`, or a `fixture`; `rows: []` for none");
      }
      long partition = input.number("partition").orElse(0L);
      if (partition < 0 || partition > 1000) {
        problems.error(
            ProjectError.BAD_VALUE,
            input.where("partition"),
            "no partition " + partition,
            "partitions are numbered from 0");
      } else if (id.isPresent() && rows.isPresent()) {
        given.add(new Given(id.get(), rows.get(), (int) partition, input.where("input")));
      }
    }
    return given;
  }

  private Expectation expectation(OptionBlock block) {
    Optional<Expected> rows =
        rowsReader
            .read(block)
            .map(r -> new Expected(r, block.keyPlace(block.given("rows") ? "rows" : "fixture")));
    Optional<Expected> changes =
        block
            .node("changes")
            .flatMap(n -> rowsReader.list(n, "changes"))
            .map(r -> new Expected(new Rows.Listed(r), block.keyPlace("changes")));
    rows.ifPresent(this::checkCells);
    changes.ifPresent(this::checkCells);
    return new Expectation(
        rows,
        changes,
        refused(block, "late"),
        refused(block, "rejected"),
        refused(block, "duplicates"),
        watermarks(block),
        block.where());
  }

  private void checkCells(Expected expected) {
    if (expected.rows() instanceof Rows.Listed listed) {
      listed.rows().forEach(this::checkCells);
    }
  }

  private void checkCells(Row row) {
    if (row instanceof Row.Raw) {
      problems.error(
          ProjectError.BAD_VALUE,
          row.where(),
          "an expected row must be a block of keys",
          "write `- {column: value}`");
    }
  }

  private Optional<Refused> refused(OptionBlock block, String key) {
    Optional<YamlNode> node = block.node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    SourceLocation where = block.keyPlace(key);
    if (node.get() instanceof YamlNode.Scalar scalar) {
      OptionalLong count =
          scalar.plain() instanceof Long number && number >= 0
              ? OptionalLong.of(number)
              : OptionalLong.empty();
      if (count.isEmpty()) {
        problems.error(
            ProjectError.BAD_VALUE,
            scalar.where(),
            "`" + key + "` must be how many records there are, or a list of rows",
            "for none write `" + key + ": 0`");
        return Optional.empty();
      }
      return Optional.of(new Refused(count.getAsLong(), List.of(), where));
    }
    Optional<List<Row>> rows = rowsReader.list(node.get(), key);
    rows.ifPresent(all -> all.forEach(this::checkCells));
    return rows.map(all -> new Refused(all.size(), all, where));
  }

  private List<Cell> watermarks(OptionBlock block) {
    Optional<YamlNode> node = block.node("watermarks");
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof YamlNode.Mapping mapping)) {
      problems.error(
          ProjectError.BAD_VALUE,
          node.get().where(),
          "`watermarks` is " + node.get().kind() + ", expected a block of keys",
          "write `watermarks: {source.stream: 2026-01-01 10:00:00}`");
      return List.of();
    }
    List<Cell> cells = new ArrayList<>();
    for (YamlNode.Entry entry : mapping.entries()) {
      if (inputs.checkWatermark(entry.key())) {
        cells.add(new Cell(entry.key().text(), entry.value(), entry.key().where()));
      }
    }
    return cells;
  }

  private Overrides overrides(OptionBlock block) {
    Optional<OptionBlock> overrides = block.block("overrides");
    if (overrides.isEmpty()) {
      return Overrides.NONE;
    }
    Function<String, Map<String, Object>> values =
        key -> {
          Map<String, Object> all = new HashMap<>();
          overrides
              .get()
              .node(key)
              .filter(n -> n instanceof YamlNode.Mapping)
              .ifPresent(
                  n ->
                      ((YamlNode.Mapping) n)
                          .entries()
                          .forEach(
                              e -> {
                                Object plain = e.value().plain();
                                all.put(e.key().text(), plain == null ? "" : plain);
                              }));
          return all;
        };
    for (String key : new LinkedHashSet<>(List.of("vars", "env_vars", "macros"))) {
      Optional<YamlNode> node = overrides.get().node(key);
      if (node.isPresent() && !(node.get() instanceof YamlNode.Mapping)) {
        problems.error(
            ProjectError.BAD_VALUE,
            node.get().where(),
            "`" + key + "` is " + node.get().kind() + ", expected a block of keys",
            null);
      }
    }
    Map<String, String> environment = new HashMap<>();
    values.apply("env_vars").forEach((name, value) -> environment.put(name, String.valueOf(value)));
    return new Overrides(values.apply("vars"), environment, values.apply("macros"));
  }

  /** Suggests a name, or says what else to do. */
  static String hint(String name, Iterable<String> candidates, String otherwise) {
    List<String> all = new ArrayList<>();
    candidates.forEach(all::add);
    String near = Suggestion.didYouMean(name, all);
    return near != null ? near : otherwise;
  }
}
