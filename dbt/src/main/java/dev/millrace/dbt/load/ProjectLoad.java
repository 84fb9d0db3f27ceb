package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.context.NodeParser;
import dev.millrace.dbt.context.ParseSetting;
import dev.millrace.dbt.context.ParsedNode;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.ProjectError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One project while it is loaded; its files and those of its packages are known. */
final class ProjectLoad {
  private final Path root;
  private final LoadSetting setting;
  private final DbtTarget target;
  private final List<PackageProject> packages;
  private final PackageProject own;
  private final Problems problems;
  private final ConfigBuilder configs;
  private final Map<String, Map<String, @Nullable Object>> vars;
  private final Map<String, YamlTexts> texts = new HashMap<>();

  ProjectLoad(
      Path root,
      LoadSetting setting,
      DbtTarget target,
      List<PackageProject> packages,
      Problems problems) {
    this.root = root;
    this.setting = setting;
    this.target = target;
    this.packages = packages;
    this.own = packages.get(0);
    this.problems = problems;
    this.configs = new ConfigBuilder(own);
    this.vars = VarValues.of(own, packages, setting.vars());
  }

  LoadedProject load() {
    Map<String, List<String>> dispatch = dispatch();
    MacroLibrary macros =
        MacroLibrary.of(own.name(), DbtProjects.macroFiles(packages), dispatch, problems);
    DocsBlocks docs = new DocsBlocks(own.name());
    packages.forEach(docs::read);
    PropertyFiles properties = new PropertyFiles(problems);
    packages.forEach(p -> properties.read(p, texts(p)));

    ParseSetting parsing = parsing();
    NodeParser parser = new NodeParser(macros, parsing);
    TemplateReader templates = new TemplateReader(parser, configs, docs, problems);
    List<Draft> drafts = drafts(properties, macros, templates);
    GroupReader groups = new GroupReader(problems);
    groups.read(properties);
    groups.check(drafts);
    References references = new References(own.name(), drafts, problems);
    List<String> disabled = new ArrayList<>();
    List<Draft> ordered =
        enabled(
            drafts,
            references,
            templates,
            new RelationNames(target, macros, parser, problems),
            disabled);
    List<Node> starts = hooks("on-run-start", templates, references);
    List<Node> ends = hooks("on-run-end", templates, references);
    problems.throwIfErrors();
    Map<String, Node> nodes = nodes(ordered);
    Set<String> kept = kept(nodes);
    new TopicReads(references, problems).check(ordered, kept);
    problems.throwIfErrors();
    Manifest manifest =
        new Manifest(
            own.name(),
            root,
            target,
            ZoneId.of(Values.text(own.values(), "time_zone").orElse("UTC")),
            vars,
            nodes,
            kept,
            disabled,
            dispatch,
            packages.stream().map(PackageProject::name).toList(),
            starts,
            ends);
    Map<String, Path> folders = new LinkedHashMap<>();
    packages.forEach(p -> folders.put(p.name(), p.files().folder()));
    return new LoadedProject(
        manifest,
        macros,
        docs,
        parsing,
        own.values(),
        folders,
        groups.groups(),
        MacroProperties.of(properties));
  }

  private ParseSetting parsing() {
    return new ParseSetting(
        own.name(),
        target,
        vars,
        setting.environment(),
        setting.invocationId(),
        setting.startedAt(),
        Map.of(),
        line -> {});
  }

  /** Those that are enabled, with what they depend on, in order; the others' ids are added. */
  private List<Draft> enabled(
      List<Draft> drafts,
      References references,
      TemplateReader templates,
      RelationNames relations,
      List<String> disabled) {
    List<Draft> enabled = new ArrayList<>();
    for (Draft draft : unique(drafts)) {
      if (draft.isEnabled() && references.resolve(draft)) {
        enabled.add(draft);
        templates.describe(draft);
        nameRelation(draft, relations);
      } else {
        disabled.add(draft.id);
      }
    }
    removeOrphans(enabled, disabled);
    return NodeOrder.of(enabled, problems);
  }

  /** The models that are kept up to date; their unit tests go. */
  private Set<String> kept(Map<String, Node> nodes) {
    Set<String> kept =
        KeptModels.of(nodes, Files.isRegularFile(root.resolve(ProjectFileReader.MILLRACE)));
    // Scripts of Millrace's own, which `millrace test` runs.
    nodes
        .values()
        .removeIf(
            n -> n.type() == NodeType.UNIT_TEST && n.dependsOn().stream().anyMatch(kept::contains));
    return kept;
  }

  private YamlTexts texts(PackageProject project) {
    return texts.computeIfAbsent(
        project.name(),
        name -> {
          Map<String, @Nullable Object> names = new LinkedHashMap<>();
          names.put("target", TargetValues.of(target));
          names.put("project_name", own.name());
          return new YamlTexts(
              setting.environment(), vars.getOrDefault(name, Map.of()), names, problems);
        });
  }

  private Map<String, List<String>> dispatch() {
    Map<String, List<String>> dispatch = new LinkedHashMap<>();
    for (Map<String, @Nullable Object> entry : Values.maps(own.values().get("dispatch"))) {
      Values.text(entry, "macro_namespace")
          .ifPresent(name -> dispatch.put(name, Values.texts(entry.get("search_order"))));
    }
    return dispatch;
  }

  /** Every resource, enabled or not, with its template rendered and its configuration known. */
  private List<Draft> drafts(
      PropertyFiles properties, MacroLibrary macros, TemplateReader templates) {
    ResourceReader resources = new ResourceReader(problems);
    packages.forEach(resources::read);
    resources.yamlSnapshots(properties);
    List<Draft> drafts = new ArrayList<>(resources.drafts());
    Patches patches = new Patches(drafts, configs, problems);
    patches.apply(properties);
    SourceReader sources = new SourceReader(target.database(), configs, problems);
    sources.read(properties);
    drafts.forEach(templates::read);
    Map<String, Draft> seeds = resources.byName(NodeType.SEED);
    List<Draft> models = List.copyOf(drafts);
    drafts.addAll(sources.drafts());
    GenericTests tests = new GenericTests(macros, this::texts, problems);
    patches.targets().forEach(tests::add);
    sources.targets().forEach(tests::add);
    tests.drafts().forEach(templates::read);
    inheritGroups(tests.drafts(), models);
    drafts.addAll(tests.drafts());
    drafts.addAll(new UnitTestNodes(configs, seeds, problems).read(properties, models));
    List<Draft> exposures = new ExposureReader(configs).read(properties);
    exposures.forEach(templates::read);
    drafts.addAll(exposures);
    return drafts;
  }

  /** A test is in the group of what it tests. */
  private static void inheritGroups(List<Draft> tests, List<Draft> models) {
    Map<String, Object> groups = new HashMap<>();
    for (Draft model : models) {
      Object group = model.extra.get("group");
      if (group != null) {
        groups.put(model.id, group);
      }
    }
    for (Draft test : tests) {
      test.test
          .flatMap(DataTest::attached)
          .map(groups::get)
          .ifPresent(group -> test.extra.put("group", group));
    }
  }

  /** Each id once; a resource may be there twice if one of the two is disabled. */
  private List<Draft> unique(List<Draft> drafts) {
    Map<String, Draft> byId = new LinkedHashMap<>();
    for (Draft draft : drafts) {
      Draft first = byId.get(draft.id);
      if (first == null || !first.isEnabled()) {
        byId.put(draft.id, draft);
      } else if (draft.isEnabled()) {
        problems.error(
            ProjectError.DUPLICATE_NAME,
            draft.where,
            "two resources are `" + draft.id + "`",
            "the first one is at " + first.where);
      }
    }
    return List.copyOf(byId.values());
  }

  private static void nameRelation(Draft draft, RelationNames relations) {
    switch (draft.type) {
      case MODEL, SEED, SNAPSHOT, TEST, ANALYSIS -> relations.name(draft);
      default -> {}
    }
  }

  /** Unit tests of disabled models are disabled too. */
  private static void removeOrphans(List<Draft> enabled, List<String> disabled) {
    List<Draft> orphans =
        enabled.stream()
            .filter(d -> d.type == NodeType.UNIT_TEST)
            .filter(d -> disabled.containsAll(d.dependsOn))
            .toList();
    enabled.removeAll(orphans);
    orphans.forEach(d -> disabled.add(d.id));
  }

  private List<Node> hooks(String key, TemplateReader templates, References references) {
    List<Node> nodes = new ArrayList<>();
    for (Draft draft : Hooks.of(key, packages)) {
      templates.read(draft);
      references.resolve(draft);
      nodes.add(draft.node());
    }
    return nodes;
  }

  private static Map<String, Node> nodes(List<Draft> drafts) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (Draft draft : drafts) {
      draft.extra.put("original_file_path", draft.original);
      draft.extra.put("refs", draft.refs.stream().map(ProjectLoad::ref).distinct().toList());
      draft.extra.put(
          "sources",
          draft.sources.stream().map(s -> List.of(s.source(), s.table())).distinct().toList());
      nodes.put(draft.id, draft.node());
    }
    return nodes;
  }

  private static Map<String, @Nullable Object> ref(ParsedNode.RefCall call) {
    Map<String, @Nullable Object> ref = new LinkedHashMap<>();
    ref.put("name", call.name());
    ref.put("package", call.packageName().orElse(null));
    ref.put("version", call.version().map(ProjectLoad::number).orElse(null));
    return ref;
  }

  private static Object number(String version) {
    return version.matches("[0-9]{1,18}") ? (Object) Long.parseLong(version) : version;
  }
}
