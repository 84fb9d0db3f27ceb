package dev.millrace.project;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a project folder and checks everything that can be known without running it. All problems
 * are found in one go. Stateless; reads files and nothing else.
 */
public final class ProjectLoader {
  private final List<Connector> connectors;
  private final ModelTemplates templates;
  private final Map<String, String> environment;

  /**
   * A loader.
   *
   * @param connectors every connector that a project may name
   * @param templates the template language
   * @param environment what {@code env_var()} sees, usually {@link System#getenv()}
   */
  public ProjectLoader(
      Collection<? extends Connector> connectors,
      ModelTemplates templates,
      Map<String, String> environment) {
    this.connectors = List.copyOf(connectors);
    this.templates = templates;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Loads a project.
   *
   * @param folder where millrace.yml is
   * @param target null for the project's default
   * @throws StopException with every problem of the project, warnings among them
   */
  public Project load(Path folder, @Nullable String target) {
    return load(folder, target, new Problems());
  }

  /**
   * Loads a project.
   *
   * @param folder where millrace.yml is
   * @param target null for the project's default
   * @param problems gets everything that is found, warnings too
   * @throws StopException with every problem of the project, if one is an error
   */
  public Project load(Path folder, @Nullable String target, Problems problems) {
    return load(folder, target, Map.of(), problems);
  }

  /**
   * Loads a project.
   *
   * @param folder where millrace.yml is
   * @param target null for the project's default
   * @param vars values of variables in place of, or besides, those in millrace.yml
   * @param problems gets everything that is found, warnings too
   * @throws StopException with every problem of the project, if one is an error
   */
  public Project load(
      Path folder, @Nullable String target, Map<String, ?> vars, Problems problems) {
    Path absolute = folder.toAbsolutePath().normalize();
    return new Load(absolute, problems, vars).load(target);
  }

  /**
   * Reads one target of a project and nothing else.
   *
   * @param folder where millrace.yml is
   * @param target null for the project's default
   * @throws StopException with every problem of millrace.yml
   */
  public Target target(Path folder, @Nullable String target) {
    return new Load(folder.toAbsolutePath().normalize(), new Problems(), Map.of()).target(target);
  }

  /** One project while it is loaded. */
  private final class Load {
    private final Path folder;
    private final Problems problems;
    private final Map<String, Object> given;
    private final ProjectFiles files;
    private final Map<String, String> dashboardFiles = new HashMap<>();
    private final List<SourceSpec> sources = new ArrayList<>();
    private final List<SinkSpec> sinks = new ArrayList<>();
    private final List<OptionBlock> propertyFiles = new ArrayList<>();
    private final List<OptionBlock> properties = new ArrayList<>();
    private final List<OptionBlock> unitTests = new ArrayList<>();

    Load(Path folder, Problems problems, Map<String, ?> vars) {
      this.folder = folder;
      this.problems = problems;
      this.given = Map.copyOf(vars);
      this.files = new ProjectFiles(folder, problems);
    }

    Project load(@Nullable String asked) {
      OptionBlock project = project();
      String name = project.text("name").orElse("");
      Map<String, Object> vars = new HashMap<>(vars(project));
      vars.putAll(given);
      OptionReader noTemplates = new OptionReader(problems, s -> Optional.empty());
      String chosen = new TargetReader(connectors, noTemplates, problems).choose(project, asked);

      List<TextFile> macros = files.in("macros", ".sql");
      ModelTemplates.Setting setting =
          new ModelTemplates.Setting(name, chosen, vars, environment, macros, packages(name));
      ModelTemplates.Session session = templates.open(setting, problems);
      OptionReader reader = reader(session);
      TargetReader targetReader = new TargetReader(connectors, reader, problems);
      Target target = targetReader.read(project, chosen);

      SystemNames systems = new SystemNames(target, targetReader.systemNames());
      SourceReader sourceReader =
          new SourceReader(connectors, reader, problems, systems, targetNames(project), folder);
      SinkReader sinkReader = new SinkReader(connectors, reader, problems, systems);
      readProperties(reader, sourceReader, sinkReader);
      checkKafka(project, target, targetReader, sources);

      ModelTree tree = new ModelTree(project.node("models"), name, problems);
      ModelReader modelReader = new ModelReader(session, reader, problems, tree);
      ModelSet drafts = modelReader.read(files.in("models", ".sql"), properties);
      BatchAssets batch = batch(drafts, modelReader, target);
      modelReader.checkReferences(sourceReader);
      List<ModelSet.Draft> ordered = kept(ModelOrder.of(drafts, problems), batch);
      unitTests.removeIf(t -> t.text("model").filter(batch::contains).isPresent());
      List<ModelSpec> models = modelReader.specs(ordered, Set.of());
      sinkReader.checkModels(drafts, sourceReader.streamIds());
      List<DashboardSpec> dashboards = dashboards(reader);
      List<JobSpec> jobs = jobs(reader, zone(project));
      List<UnitTestSpec> tests =
          unitTests(
              setting,
              project,
              new UnitTestInputs(name, drafts, sourceReader, modelReader, problems),
              new ModelVariants.Rendering(modelReader, ordered));
      files.warnOfMisspeltFolders();
      problems.throwIfErrors();
      AssetGraph graph =
          GraphBuilder.build(
              sources, models, batch.all(), drafts, sinks, dashboards, dashboardFiles);
      return new Project(
          name,
          folder,
          zone(project),
          target,
          vars,
          sources,
          models,
          batch.all(),
          sinks,
          dashboards,
          jobs,
          tests,
          graph);
    }

    /** What builds make, checked as far as it is known here. */
    private BatchAssets batch(ModelSet drafts, ModelReader reader, Target target) {
      BatchAssets batch = BatchAssets.find(files, propertyFiles, drafts);
      reader.checkConfig(batch);
      new LakeModels(target, connectors, problems).check(drafts, batch);
      return batch;
    }

    Target target(@Nullable String asked) {
      OptionBlock project = project();
      String name = project.text("name").orElse("");
      OptionReader noTemplates = new OptionReader(problems, s -> Optional.empty());
      String chosen = new TargetReader(connectors, noTemplates, problems).choose(project, asked);
      ModelTemplates.Setting setting =
          new ModelTemplates.Setting(
              name, chosen, vars(project), environment, files.in("macros", ".sql"), packages(name));
      OptionReader reader = reader(templates.open(setting, problems));
      Target target = new TargetReader(connectors, reader, problems).read(project, chosen);
      problems.throwIfErrors();
      return target;
    }

    /** Files with macros of the packages, by the package's name. */
    private Map<String, List<TextFile>> packages(String own) {
      ModelTemplates.Session bare = bare();
      Map<String, List<TextFile>> packages = new LinkedHashMap<>();
      new PackageFinder(folder, (text, where) -> bare.text(text, where, problems), problems)
          .find(own, PackageFinder.INSTALLED)
          .forEach((name, path) -> packages.put(name, macros(path)));
      return packages;
    }

    private List<TextFile> macros(Path ofPackage) {
      PackageFiles found = new PackageFiles(folder, ofPackage, problems);
      return found.find(List.of("macros"), ".sql").stream()
          .flatMap(f -> found.read(f.path()).stream())
          .toList();
    }

    /** Templates without macros and variables. */
    private ModelTemplates.Session bare() {
      return templates.open(
          new ModelTemplates.Setting("", "", Map.of(), environment, List.of(), Map.of()), problems);
    }

    /** The models that are kept up to date, and the ephemeral ones that they may be made of. */
    private static List<ModelSet.Draft> kept(List<ModelSet.Draft> models, BatchAssets batch) {
      return models.stream().filter(d -> !batch.contains(d.name()) || d.isEphemeral()).toList();
    }

    private void readProperties(OptionReader reader, SourceReader ofSources, SinkReader ofSinks) {
      for (OptionBlock file : propertyFiles(reader, ofSources)) {
        propertyFiles.add(file);
        file.node("sources").ifPresent(n -> sources.addAll(ofSources.read(n)));
        properties.addAll(file.blocks("models"));
        unitTests.addAll(file.blocks("unit_tests"));
        file.node("sinks").ifPresent(n -> sinks.addAll(ofSinks.read(n)));
      }
    }

    private List<UnitTestSpec> unitTests(
        ModelTemplates.Setting setting,
        OptionBlock project,
        UnitTestInputs inputs,
        ModelVariants.Rendering plain) {
      ModelVariants variants =
          new ModelVariants(
              plain,
              (overrides, own) -> rendering(overrides.over(setting), project, own),
              problems);
      return new UnitTestReader(
              zone(project), inputs, new RowsReader(files, problems), variants, problems)
          .read(unitTests);
    }

    /** The models as a unit test's overrides render them. */
    private ModelVariants.Rendering rendering(
        ModelTemplates.Setting setting, OptionBlock project, Problems own) {
      ModelTemplates.Session session = templates.open(setting, own);
      OptionReader reader =
          new OptionReader(
              own,
              scalar -> session.text(scalar.text(), scalar.places(), own).map(scalar::withText));
      ModelTree tree = new ModelTree(project.node("models"), setting.project(), own);
      ModelReader models = new ModelReader(session, reader, own, tree);
      ModelSet drafts = models.read(files.in("models", ".sql"), properties);
      BatchAssets batch = BatchAssets.find(files, propertyFiles, drafts);
      return new ModelVariants.Rendering(models, kept(ModelOrder.of(drafts, own), batch));
    }

    /** millrace.yml; without it, only the syntax of the other files can be checked. */
    private OptionBlock project() {
      Optional<TextFile> file = files.project();
      Optional<YamlNode> root = file.flatMap(f -> YamlReader.read(f, problems));
      if (file.isPresent() && root.isEmpty() && !problems.hasErrors()) {
        problems.error(
            ProjectError.MISSING_KEY,
            SourceLocation.ofFile(ProjectFiles.PROJECT),
            "the file is empty",
            "begin with `name: my_project`");
      }
      Optional<OptionBlock> project =
          root.flatMap(r -> reader(bare()).root(r, ProjectFormat.PROJECT));
      if (project.isEmpty()) {
        for (String in : List.of("sources", "models", "sinks", "dashboards")) {
          files.in(in, ".yml", ".yaml").forEach(f -> YamlReader.read(f, problems));
        }
        files.jobs().ifPresent(f -> YamlReader.read(f, problems));
        throw new StopException(problems.all());
      }
      project.get().located("name").ifPresent(this::checkName);
      zone(project.get());
      return project.get();
    }

    private void checkName(OptionBlock.Located name) {
      if (!name.text().matches("[a-z][a-z0-9_]{0,62}")) {
        problems.error(
            ProjectError.BAD_NAME,
            name.where(),
            "`" + name.text() + "` cannot be the name of a project",
            "use lower case letters, digits and underscores, and begin with a letter");
      }
    }

    private ZoneId zone(OptionBlock project) {
      String zone = project.text("time_zone").orElse("UTC");
      // Java knows offsets such as +02:00 besides; DuckDB knows the names alone.
      if (ZoneId.getAvailableZoneIds().contains(zone)) {
        return ZoneId.of(zone);
      }
      String hint = Suggestion.didYouMean(zone, ZoneId.getAvailableZoneIds());
      problems.error(
          ProjectError.BAD_VALUE,
          project.where("time_zone"),
          "no time zone `" + zone + "`",
          hint != null ? hint : "write a name such as `Europe/Berlin`, or `UTC`");
      return ZoneId.of("UTC");
    }

    private Map<String, Object> vars(OptionBlock project) {
      Object vars = project.values(ProjectFormat.PROJECT.options()).get("vars");
      Map<String, Object> byName = new HashMap<>();
      if (vars instanceof Map<?, ?> map) {
        map.forEach((key, value) -> byName.put(String.valueOf(key), value));
      } else if (vars != null) {
        problems.error(
            ProjectError.BAD_VALUE, project.where("vars"), "`vars` must be a block of keys", null);
      }
      return byName;
    }

    private List<String> targetNames(OptionBlock project) {
      return project.node("targets").filter(n -> n instanceof YamlNode.Mapping).stream()
          .flatMap(n -> ((YamlNode.Mapping) n).entries().stream())
          .map(e -> e.key().text())
          .toList();
    }

    private OptionReader reader(ModelTemplates.Session session) {
      return new OptionReader(
          problems,
          scalar -> session.text(scalar.text(), scalar.places(), problems).map(scalar::withText));
    }

    private List<OptionBlock> propertyFiles(OptionReader reader, SourceReader sources) {
      List<OptionBlock> blocks = new ArrayList<>();
      for (String in : List.of("sources", "models", "sinks", "seeds", "snapshots")) {
        for (TextFile file : files.in(in, ".yml", ".yaml")) {
          Problems own = new Problems();
          Optional<YamlNode> root = YamlReader.read(file, own);
          own.all().forEach(problems::add);
          if (root.isEmpty() && own.hasErrors()) {
            sources.markIncomplete();
          }
          root.flatMap(r -> reader.root(r, ProjectFormat.PROPERTIES)).ifPresent(blocks::add);
        }
      }
      return blocks;
    }

    private void checkKafka(
        OptionBlock project, Target target, TargetReader targets, List<SourceSpec> sources) {
      boolean none = target.systems().stream().noneMatch(s -> s.type().equals("kafka"));
      if (none && !sources.isEmpty() && !targets.systemNames().contains("kafka")) {
        problems.error(
            ProjectError.UNKNOWN_SYSTEM,
            project.keyPlace("targets"),
            "target `" + target.name() + "` has no Kafka, and every source's stream is a topic",
            "add `kafka: embedded` to it, or Kafka's `url`");
      }
    }

    private List<JobSpec> jobs(OptionReader reader, ZoneId zone) {
      JobReader jobReader = new JobReader(reader, zone, problems);
      return files
          .jobs()
          .flatMap(file -> YamlReader.read(file, problems))
          .map(jobReader::read)
          .orElse(List.of());
    }

    private List<DashboardSpec> dashboards(OptionReader reader) {
      DashboardReader dashboardReader = new DashboardReader(reader, problems);
      List<DashboardSpec> dashboards = new ArrayList<>();
      for (TextFile file : files.in("dashboards", ".yml", ".yaml")) {
        Optional<DashboardSpec> dashboard =
            YamlReader.read(file, problems).flatMap(root -> dashboardReader.read(file, root));
        if (dashboard.isPresent()) {
          dashboards.add(dashboard.get());
          dashboardFiles.put(dashboard.get().name(), file.path());
        }
      }
      return dashboards;
    }
  }
}
