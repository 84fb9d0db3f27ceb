package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.ModelSet.Draft;
import dev.millrace.project.UnitTestSpec.Given;
import dev.millrace.project.UnitTestSpec.Step;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What unit tests may name: models, and inputs by {@code ref()} and {@code source()}. */
final class UnitTestInputs {
  private static final Pattern CALL =
      Pattern.compile(
          "(ref|source)\\(\\s*(['\"])([^'\"]+)\\2\\s*(?:,\\s*(['\"])([^'\"]+)\\4\\s*)?\\)");

  private final String project;
  private final ModelSet models;
  private final SourceReader sources;
  private final ModelReader reader;
  private final Problems problems;

  UnitTestInputs(
      String project,
      ModelSet models,
      SourceReader sources,
      ModelReader reader,
      Problems problems) {
    this.project = project;
    this.models = models;
    this.sources = sources;
    this.reader = reader;
    this.problems = problems;
  }

  /** True if there is such a model. */
  boolean checkModel(OptionBlock.Located model) {
    if (models.isDisabled(model.text())) {
      return false;
    }
    return models.isKnown(model.text())
        || !reader.isUnknown(reference("", model.text(), model.where()), sources);
  }

  private static ModelTemplates.Reference reference(
      String source, String name, SourceLocation where) {
    return new ModelTemplates.Reference(source, name, where);
  }

  /** The asset's id of {@code ref('model')} or {@code source('source', 'stream')}. */
  Optional<String> input(OptionBlock.Located text) {
    Matcher call = CALL.matcher(text.text().strip());
    if (text.text().strip().equals("this")) {
      problems.error(
          ProjectError.NOT_SUPPORTED,
          text.where(),
          "`this` is the table of an incremental model, and this version of Millrace has none",
          "give rows of what the model reads");
      return Optional.empty();
    }
    boolean isSource = call.matches() && "source".equals(call.group(1));
    boolean isRef =
        call.matches() && !isSource && (call.group(5) == null || project.equals(call.group(3)));
    if (!isRef && !(isSource && call.group(5) != null)) {
      problems.error(
          ProjectError.BAD_VALUE,
          text.where(),
          "`" + text.text() + "` is no input",
          "write `ref('model')` or `source('source', 'stream')`");
      return Optional.empty();
    }
    ModelTemplates.Reference reference =
        isSource
            ? reference(call.group(3), call.group(5), text.where())
            : reference("", call.group(5) == null ? call.group(3) : call.group(5), text.where());
    return reader.isUnknown(reference, sources) ? Optional.empty() : Optional.of(reference.id());
  }

  /** The ids of every stream of a source and every model. */
  List<String> all() {
    List<String> all = new ArrayList<>(sources.streamIds());
    all.addAll(models.names());
    return all;
  }

  /** True if it names a stream of a source. */
  boolean checkWatermark(YamlNode.Scalar name) {
    if (sources.isIncomplete() || sources.streamIds().contains(name.text())) {
      return true;
    }
    problems.error(
        ProjectError.UNKNOWN_SOURCE,
        name.where(),
        "no source has a stream `" + name.text() + "`",
        UnitTestReader.hint(
            name.text(),
            sources.streamIds(),
            "write `source.stream`; there are `" + String.join("`, `", sources.streamIds()) + "`"));
    return false;
  }

  /**
   * The models that a test gives as rows. An input that the model does not read, or only through
   * another input, has no effect, which is worth a warning.
   */
  Set<String> checkRead(String model, List<Step> steps) {
    Map<String, SourceLocation> given = new LinkedHashMap<>();
    for (Step step : steps) {
      for (Given input : step.given()) {
        given.putIfAbsent(input.input(), input.where());
      }
    }
    Set<String> read = new LinkedHashSet<>();
    models.draft(model).ifPresent(d -> collect(d, given.keySet(), read));
    given.forEach(
        (input, where) -> {
          if (!read.contains(input)) {
            problems.warning(
                ProjectError.NO_EFFECT,
                where,
                "`" + model + "` does not read `" + input + "` in this test",
                "what it reads: " + read.stream().collect(Collectors.joining("`, `", "`", "`")));
          }
        });
    return given.keySet().stream()
        .filter(i -> read.contains(i) && models.isKnown(i))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void collect(Draft draft, Set<String> given, Set<String> read) {
    for (ModelTemplates.Reference reference : draft.references()) {
      if (read.add(reference.id())
          && reference.source().isEmpty()
          && !given.contains(reference.id())) {
        models.draft(reference.name()).ifPresent(d -> collect(d, given, read));
      }
    }
  }
}
