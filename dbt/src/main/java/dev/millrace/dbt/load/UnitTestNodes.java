package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.ProjectError;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the nodes of unit tests. Their rows, wherever they are written, are in {@code given} and
 * {@code expect} as a list of blocks, or as the text of a SELECT where the format is {@code sql}.
 */
final class UnitTestNodes {
  private final ConfigBuilder configs;
  private final Map<String, Draft> seeds;
  private final Problems problems;

  /**
   * A reader.
   *
   * @param seeds by package and name: rows that are left out are those of a seed
   */
  UnitTestNodes(ConfigBuilder configs, Map<String, Draft> seeds, Problems problems) {
    this.configs = configs;
    this.seeds = seeds;
    this.problems = problems;
  }

  /** The tests, one for each version of the model that is tested. */
  List<Draft> read(PropertyFiles properties, List<Draft> models) {
    List<Draft> drafts = new ArrayList<>();
    for (PropertyEntry entry : properties.of("unit_tests")) {
      String[] model = entry.text("model").orElse("").strip().split("\\s+");
      List<Draft> tested = tested(entry, model, models);
      if (tested.isEmpty()) {
        problems.error(
            ProjectError.UNKNOWN_MODEL,
            entry.where("model"),
            "unit test `" + entry.name() + "` tests no model of this project",
            Suggestion.didYouMean(model[0], models.stream().map(m -> m.name).toList()));
      }
      for (Draft of : tested) {
        drafts.add(draft(entry, model[0], of));
      }
    }
    return drafts;
  }

  private static List<Draft> tested(PropertyEntry entry, String[] model, List<Draft> models) {
    List<Draft> named =
        models.stream().filter(m -> m.type == NodeType.MODEL && m.name.equals(model[0])).toList();
    List<Draft> own =
        named.stream().filter(m -> m.project.name().equals(entry.project().name())).toList();
    List<Draft> found = own.isEmpty() ? named : own;
    if (model.length > 1) {
      return found.stream().filter(m -> m.version().equals(Optional.of(model[1]))).toList();
    }
    Map<String, @Nullable Object> versions = Values.map(entry.values(), "versions");
    List<String> include = Values.texts(versions.get("include"));
    List<String> exclude = Values.texts(versions.get("exclude"));
    return found.stream()
        .filter(m -> include.isEmpty() || include.contains(m.version().orElse("")))
        .filter(m -> !exclude.contains(m.version().orElse("")))
        .toList();
  }

  private Draft draft(PropertyEntry entry, String model, Draft tested) {
    List<String> fqn = new ArrayList<>(List.of(entry.project().name()));
    String[] folders = entry.found().original().split("/");
    for (int i = 1; i < folders.length - 1; i++) {
      fqn.add(folders[i]);
    }
    fqn.add(model);
    String name = entry.name();
    Optional<String> version = tested.version();
    fqn.add(name);
    Draft draft =
        new Draft(NodeType.UNIT_TEST, entry.project(), name, entry.found(), entry.file(), "", fqn);
    draft.id =
        "unit_test."
            + entry.project().name()
            + "."
            + model
            + "."
            + name
            + version.map(v -> "_v" + v).orElse("");
    draft.where = entry.where();
    draft.hasTemplate = false;
    draft.description = entry.text("description").orElse("");
    draft.patchConfig = entry.config(entry.values(), List.of("tags", "meta"));
    draft.rawPatchConfig = draft.patchConfig;
    configs.apply(draft);
    draft.dependsOn.add(tested.id);
    draft.patch = Optional.of(entry);
    draft.extra.put("model", model);
    version.ifPresent(v -> draft.extra.put("version", tested.extra.get("version")));
    draft.extra.put("tested", tested.id);
    draft.extra.put("given", given(entry));
    draft.extra.put("expect", rows(entry, Values.map(entry.values(), "expect")));
    draft.extra.put("overrides", entry.values().get("overrides"));
    return draft;
  }

  private List<Map<String, @Nullable Object>> given(PropertyEntry entry) {
    List<Map<String, @Nullable Object>> given = new ArrayList<>();
    for (Map<String, @Nullable Object> input : Values.maps(entry.values().get("given"))) {
      given.add(rows(entry, input));
    }
    return given;
  }

  private Map<String, @Nullable Object> rows(
      PropertyEntry entry, Map<String, @Nullable Object> input) {
    Map<String, @Nullable Object> result = new LinkedHashMap<>(input);
    String format = Values.text(input, "format").orElse("dict");
    result.put("format", format);
    Optional<String> fixture = Values.text(input, "fixture");
    Object rows = input.get("rows");
    if (fixture.isPresent()) {
      rows = fixture(entry, fixture.get(), format);
    } else if (rows == null && format.equals("dict")) {
      rows = ofSeed(entry, Values.text(input, "input").orElse(""));
    }
    if (format.equals("csv") && rows instanceof String text) {
      rows = CsvText.rows(text, true);
    }
    result.put("rows", rows == null ? List.of() : rows);
    return result;
  }

  private @Nullable Object fixture(PropertyEntry entry, String name, String format) {
    String ending = format.equals("sql") ? ".sql" : ".csv";
    PackageFiles files = entry.project().files();
    for (PackageFiles.Found found : files.find(entry.project().testPaths(), ending)) {
      if (found.relative().startsWith("fixtures/") && found.stem().equals(name)) {
        return files.read(found.path()).map(TextFile::text).orElse(null);
      }
    }
    problems.error(
        ProjectError.UNKNOWN_FILE,
        entry.where(),
        "no fixture `" + name + ending + "` for unit test `" + entry.name() + "`",
        "it belongs into tests/fixtures");
    return null;
  }

  /** An input without rows is a seed's file. */
  private @Nullable Object ofSeed(PropertyEntry entry, String input) {
    return StaticReferences.ref(input, entry.where())
        .flatMap(
            r ->
                Optional.ofNullable(
                    seeds.get(r.packageName().orElse(entry.project().name()) + "." + r.name())))
        .flatMap(
            seed -> seed.project.files().read(seed.project.files().folder().resolve(seed.original)))
        .map(file -> (Object) CsvText.rows(file.text(), false))
        .orElse(null);
  }
}
