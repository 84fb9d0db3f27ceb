package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.ModelSet.Draft;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads models in two passes, as dbt does: the first renders every model to learn its configuration
 * and what it reads; the second renders again those that read an ephemeral model, which has another
 * name there.
 */
final class ModelReader {
  private final ModelTemplates.Session templates;
  private final OptionReader reader;
  private final Problems problems;
  private final ModelTree tree;
  private final ModelSet models = new ModelSet();

  ModelReader(
      ModelTemplates.Session templates, OptionReader reader, Problems problems, ModelTree tree) {
    this.templates = templates;
    this.reader = reader;
    this.problems = problems;
    this.tree = tree;
  }

  /**
   * The first pass.
   *
   * @param properties what the YAML files say of models
   */
  ModelSet read(List<TextFile> files, List<OptionBlock> properties) {
    Names names = new Names("model", problems);
    Map<String, OptionBlock> byName = byName(properties);
    Map<String, OptionBlock> versions = versions(byName.values());
    for (TextFile file : files) {
      String fileName = file.path().substring(file.path().lastIndexOf('/') + 1);
      String name = fileName.substring(0, fileName.length() - ".sql".length());
      if (names.add(name, SourceLocation.ofFile(file.path()))) {
        draft(name, file, Optional.ofNullable(byName.getOrDefault(name, versions.get(name))));
      } else {
        models.addAmbiguous(name);
      }
    }
    tree.reportUnused(files);
    for (OptionBlock block : byName.values()) {
      OptionBlock.Located name = block.located("name").orElseThrow();
      if (!names.contains(name.text()) && !models.isKnown(name.text())) {
        String hint = Suggestion.didYouMean(name.text(), names.all());
        problems.error(
            ProjectError.UNKNOWN_MODEL,
            name.where(),
            "no model `" + name.text() + "`",
            hint != null ? hint : "its SELECT would be in `models/" + name.text() + ".sql`");
      }
    }
    return models;
  }

  /** What is said of models that have versions, by the name of each version's file. */
  private Map<String, OptionBlock> versions(Collection<OptionBlock> properties) {
    Map<String, OptionBlock> byFile = new LinkedHashMap<>();
    for (OptionBlock block : properties) {
      String name = block.text("name").orElse("");
      if (block.node("versions").orElse(null) instanceof YamlNode.Sequence list) {
        for (YamlNode item : list.items()) {
          if (item.plain() instanceof Map<?, ?> keys && keys.get("v") != null) {
            String version = String.valueOf(keys.get("v"));
            Object given = keys.get("defined_in");
            String file = given == null ? name + "_v" + version : String.valueOf(given);
            models.addVersion(name, version, file);
            byFile.put(file, block);
          }
        }
      }
    }
    return byFile;
  }

  private Map<String, OptionBlock> byName(List<OptionBlock> properties) {
    Map<String, OptionBlock> byName = new LinkedHashMap<>();
    for (OptionBlock block : properties) {
      Names columns = Names.ofColumns(problems);
      block
          .blocks("columns")
          .forEach(c -> c.located("name").ifPresent(n -> columns.add(n.text(), n.where())));
      Optional<OptionBlock.Located> name = block.located("name");
      if (name.isPresent()) {
        OptionBlock first = byName.putIfAbsent(name.get().text(), block);
        if (first != null) {
          problems.error(
              ProjectError.DUPLICATE_NAME,
              name.get().where(),
              "model `" + name.get().text() + "` is described twice",
              "the first time is at " + first.where("name"));
        }
      }
    }
    return byName;
  }

  private void draft(String name, TextFile file, Optional<OptionBlock> properties) {
    List<YamlNode.Entry> config = new ArrayList<>(tree.config(file));
    properties.flatMap(p -> p.node("config")).ifPresent(c -> config.addAll(entries(c)));
    Map<String, Object> plain = new HashMap<>();
    for (YamlNode.Entry entry : config) {
      Object value = entry.value().plain();
      if (value != null) {
        plain.put(entry.key().text(), value);
      }
    }
    Optional<ModelTemplates.RenderedModel> rendered =
        templates.model(file, plain, Set.of(), problems);
    ModelConfig options =
        ModelConfig.read(
            config,
            rendered.map(ModelTemplates.RenderedModel::config).orElse(List.of()),
            file,
            reader,
            problems);
    if (!options.block().flag("enabled")) {
      models.addDisabled(name);
      return;
    }
    if (rendered.isPresent() && SqlText.isEmpty(rendered.get().sql())) {
      problems.error(
          ProjectError.EMPTY_MODEL,
          SourceLocation.ofFile(file.path()),
          "the model has no SELECT",
          "write one, or remove the file");
    }
    models.add(new Draft(name, file, properties, options, rendered));
  }

  private List<YamlNode.Entry> entries(YamlNode config) {
    if (config instanceof YamlNode.Mapping mapping) {
      return mapping.entries();
    }
    problems.error(
        ProjectError.BAD_VALUE,
        config.where(),
        "`config` is " + config.kind() + ", expected a block of keys",
        null);
    return List.of();
  }

  /** Checks what models are configured for, and whether that may read what it does. */
  void checkConfig(BatchAssets batch) {
    batch.checkSources(problems);
    for (Draft draft : models.all()) {
      if (!batch.contains(draft.name())) {
        draft.config().checkKept(problems);
      }
    }
  }

  /** Checks what models refer to. */
  void checkReferences(SourceReader sources) {
    for (Draft draft : models.all()) {
      draft.references().forEach(r -> isUnknown(r, sources));
    }
  }

  /** True, with a problem, if nothing in the project has this name. */
  boolean isUnknown(ModelTemplates.Reference reference, SourceReader sources) {
    if (reference.source().isEmpty()) {
      return isUnknownModel(reference, sources);
    }
    boolean unknown = !sources.isIncomplete() && !sources.streamIds().contains(reference.id());
    if (unknown) {
      unknownStream(reference, sources);
    }
    return unknown;
  }

  private boolean isUnknownModel(ModelTemplates.Reference reference, SourceReader sources) {
    String name = reference.name();
    // Of packages and versions a build judges.
    if (reference.isOfBuild() || models.isKnown(name)) {
      return false;
    }
    String hint = Suggestion.didYouMean(name, models.names());
    if (models.isDisabled(name)) {
      hint = "the model is there, and left out by `enabled: false`";
    }
    for (String id : sources.streamIds()) {
      if (hint == null && id.endsWith("." + name)) {
        String source = id.substring(0, id.indexOf('.'));
        hint = "that is a source's stream: write `source('" + source + "', '" + name + "')`";
      }
    }
    problems.error(
        ProjectError.UNKNOWN_MODEL,
        reference.where(),
        "no model `" + name + "`",
        hint != null ? hint : "its SELECT would be in `models/" + name + ".sql`");
    return true;
  }

  private void unknownStream(ModelTemplates.Reference reference, SourceReader sources) {
    String source = reference.source();
    if (!sources.sourceNames().contains(source)) {
      String hint = Suggestion.didYouMean(source, sources.sourceNames());
      problems.error(
          ProjectError.UNKNOWN_SOURCE,
          reference.where(),
          "no source `" + source + "`",
          hint != null ? hint : "sources are declared in `sources/*.yml`");
      return;
    }
    List<String> streams =
        sources.streamIds().stream()
            .filter(id -> id.startsWith(source + "."))
            .map(id -> id.substring(source.length() + 1))
            .toList();
    String hint = Suggestion.didYouMean(reference.name(), streams);
    problems.error(
        ProjectError.UNKNOWN_SOURCE,
        reference.where(),
        "source `" + source + "` has no stream `" + reference.name() + "`",
        hint != null ? hint : "it has `" + String.join("`, `", streams) + "`");
  }

  /**
   * The second pass: the models that are kept up to date, in order, with ephemeral models inlined.
   *
   * @param ordered these, and every ephemeral model
   * @param given models that are left out, and read as tables
   */
  List<ModelSpec> specs(List<Draft> ordered, Set<String> given) {
    ModelSet kept = models.without(given);
    Set<String> ephemeral = kept.ephemeral();
    ModelSet again = new ModelSet();
    for (Draft draft : ordered) {
      boolean readsEphemeral = kept.read(draft).stream().anyMatch(Draft::isEphemeral);
      if (!given.contains(draft.name())) {
        again.add(readsEphemeral ? renderAgain(draft, ephemeral) : draft);
      }
    }
    EphemeralInliner inliner = new EphemeralInliner(again);
    List<ModelSpec> specs = new ArrayList<>();
    for (Draft draft : again.all()) {
      if (draft.rendered().isPresent()
          && draft.materialization().isPresent()
          && !models.isBatch(draft.name())) {
        specs.add(spec(draft, inliner));
      }
    }
    return specs;
  }

  private Draft renderAgain(Draft draft, Set<String> ephemeral) {
    Map<String, Object> config =
        draft.config().block().values(ProjectFormat.MODEL_CONFIG.options());
    return new Draft(
        draft.name(),
        draft.file(),
        draft.properties(),
        draft.config(),
        templates.model(draft.file(), config, ephemeral, problems));
  }

  private ModelSpec spec(Draft draft, EphemeralInliner inliner) {
    SqlPieces sql = inliner.inline(draft, draft.rendered().orElseThrow());
    List<String> reads = inliner.reads(draft);
    checkReads(draft, reads);
    Map<String, String> columns = new HashMap<>();
    draft.properties().stream()
        .flatMap(p -> p.blocks("columns").stream())
        .filter(c -> c.text("name").isPresent() && c.text("description").isPresent())
        .forEach(c -> columns.put(c.text("name").get(), c.text("description").get()));
    return new ModelSpec(
        draft.name(),
        draft.file().path(),
        draft.materialization().orElseThrow(),
        ModelSpec.Emit.valueOf(
            draft.config().block().text("emit").orElseThrow().toUpperCase(Locale.ROOT)),
        draft.config().block().duration("retain"),
        sql.sql(),
        reads,
        draft.config().block().values(ProjectFormat.MODEL_CONFIG.options()),
        draft.properties().flatMap(p -> p.text("description")).orElse(""),
        columns,
        sql);
  }

  /**
   * A stream can be kept up to date only from what tells it of changes: sources, streams, and what
   * builds make of tables.
   */
  private void checkReads(Draft draft, List<String> reads) {
    if (draft.materialization().filter(m -> m == Materialization.STREAM).isEmpty()) {
      return;
    }
    for (ModelTemplates.Reference reference : draft.references()) {
      if (reference.isOfBuild()) {
        problems.error(
            ProjectError.CANNOT_READ,
            reference.where(),
            "stream `"
                + draft.name()
                + "` reads `"
                + reference.id()
                + reference.version().map(v -> "` version `" + v).orElse("")
                + "`, which is made by `millrace build`",
            "let it read streams and sources of this project");
      }
    }
    for (String read : reads) {
      if (models.materialization(read).filter(m -> m == Materialization.VIEW).isPresent()
          && followsStreams(read, new HashSet<>())) {
        problems.error(
            ProjectError.CANNOT_READ,
            place(draft, read),
            "stream `"
                + draft.name()
                + "` reads `"
                + read
                + "`, which is a view"
                + (models.isBatch(read) ? " over a stream" : ""),
            "make `" + read + "` a stream (`materialized='stream'`) or `ephemeral`");
      }
    }
    checkLookup(draft, reads);
  }

  private static SourceLocation place(Draft draft, String read) {
    return draft.references().stream()
        .filter(r -> r.id().equals(read))
        .map(ModelTemplates.Reference::where)
        .findFirst()
        .orElse(SourceLocation.ofFile(draft.file().path()));
  }

  /** True if a view's rows change without a build, with a stream's. */
  private boolean followsStreams(String name, Set<String> seen) {
    Optional<Draft> draft = models.draft(name);
    boolean table = models.isBatch(name) && draft.flatMap(Draft::materialization).isEmpty();
    if (table || !seen.add(name)) {
      return false;
    }
    Optional<Materialization> kind = draft.flatMap(Draft::materialization);
    if (kind.isEmpty() || kind.get() == Materialization.STREAM || !models.isBatch(name)) {
      return true;
    }
    return !kind.get().isBatch()
        && draft.get().references().stream().anyMatch(r -> followsStreams(r.id(), seen));
  }

  /** What a stream says of tables must be about those that it reads. */
  private void checkLookup(Draft draft, List<String> reads) {
    List<String> tables = reads.stream().filter(models::isBatch).toList();
    draft
        .config()
        .lookup()
        .forEach(
            entry -> {
              String name = entry.key().text();
              if (!tables.contains(name)) {
                String near = Suggestion.didYouMean(name, tables);
                problems.error(
                    ProjectError.BAD_VALUE,
                    entry.key().where(),
                    "`lookup` names `" + name + "`, which is no table that the stream reads",
                    near != null
                        ? near
                        : tables.isEmpty()
                            ? "it is for tables, seeds and snapshots that `millrace build` makes"
                            : "it reads `" + String.join("`, `", tables) + "`");
              } else if (!ModelSpec.AS_OF_PROCESSING.equals(entry.value().plain())) {
                problems.error(
                    ProjectError.BAD_VALUE,
                    entry.value().where(),
                    "`lookup` of `" + name + "` must be `" + ModelSpec.AS_OF_PROCESSING + "`",
                    "leave it out where later changes of the table are to change the stream's rows");
              }
            });
  }
}
