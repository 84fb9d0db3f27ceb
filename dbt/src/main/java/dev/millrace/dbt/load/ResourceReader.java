package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a package has in files: models, seeds, snapshots, singular tests and analyses. */
final class ResourceReader {
  private static final Pattern SNAPSHOT =
      Pattern.compile(
          "\\{%-?\\s*snapshot\\s+(\\w+)\\s*-?%\\}(.*?)\\{%-?\\s*endsnapshot\\s*-?%\\}",
          Pattern.DOTALL);
  private static final Pattern PYTHON_REF =
      Pattern.compile("dbt\\.ref\\(\\s*[\"'](\\w+)[\"']\\s*\\)");
  private static final Pattern PYTHON_SOURCE =
      Pattern.compile("dbt\\.source\\(\\s*[\"'](\\w+)[\"']\\s*,\\s*[\"'](\\w+)[\"']\\s*\\)");

  private final Problems problems;
  private final List<Draft> drafts = new ArrayList<>();

  ResourceReader(Problems problems) {
    this.problems = problems;
  }

  /** Everything that was read, in the order of packages, kinds and files. */
  List<Draft> drafts() {
    return drafts;
  }

  void read(PackageProject project) {
    PackageFiles files = project.files();
    for (PackageFiles.Found found : files.find(project.modelPaths(), ".sql")) {
      files.read(found.path()).ifPresent(file -> template(NodeType.MODEL, project, found, file));
    }
    for (PackageFiles.Found found : files.find(project.modelPaths(), ".py")) {
      files.read(found.path()).ifPresent(file -> python(project, found, file));
    }
    for (PackageFiles.Found found : files.find(project.snapshotPaths(), ".sql")) {
      files.read(found.path()).ifPresent(file -> snapshots(project, found, file));
    }
    for (PackageFiles.Found found : files.find(project.analysisPaths(), ".sql")) {
      files.read(found.path()).ifPresent(file -> analysis(project, found, file));
    }
    for (PackageFiles.Found found : files.find(project.testPaths(), ".sql")) {
      if (!found.relative().startsWith("generic/") && !found.relative().startsWith("fixtures/")) {
        files.read(found.path()).ifPresent(file -> template(NodeType.TEST, project, found, file));
      }
    }
    for (PackageFiles.Found found : files.find(project.seedPaths(), ".csv")) {
      seed(project, found);
    }
  }

  private Draft template(
      NodeType type, PackageProject project, PackageFiles.Found found, TextFile file) {
    Draft draft =
        new Draft(
            type, project, found.stem(), found, file, file.text().strip(), fqn(project, found));
    drafts.add(draft);
    return draft;
  }

  private void analysis(PackageProject project, PackageFiles.Found found, TextFile file) {
    Draft draft = template(NodeType.ANALYSIS, project, found, file);
    draft.path = "analysis/" + found.relative();
    List<String> fqn = new ArrayList<>(draft.fqn);
    fqn.add(1, "analysis");
    draft.fqn = fqn;
  }

  private void python(PackageProject project, PackageFiles.Found found, TextFile file) {
    Draft draft = template(NodeType.MODEL, project, found, file);
    draft.hasTemplate = false;
    draft.extra.put("language", "python");
    draft.configCalls.add(Map.of("materialized", "table"));
    SourceLocation whole = SourceLocation.ofFile(file.path());
    Matcher ref = PYTHON_REF.matcher(file.text());
    while (ref.find()) {
      StaticReferences.ref("ref('" + ref.group(1) + "')", whole).ifPresent(draft.refs::add);
    }
    Matcher source = PYTHON_SOURCE.matcher(file.text());
    while (source.find()) {
      StaticReferences.source("source('" + source.group(1) + "', '" + source.group(2) + "')", whole)
          .ifPresent(draft.sources::add);
    }
  }

  private void seed(PackageProject project, PackageFiles.Found found) {
    Draft draft =
        new Draft(
            NodeType.SEED,
            project,
            found.stem(),
            found,
            project.files().unread(found.path()),
            "",
            fqn(project, found));
    draft.hasTemplate = false;
    draft.extra.put("root_path", project.files().folder().toString());
    drafts.add(draft);
  }

  private void snapshots(PackageProject project, PackageFiles.Found found, TextFile file) {
    Matcher matcher = SNAPSHOT.matcher(file.text());
    while (matcher.find()) {
      List<String> fqn = new ArrayList<>(fqn(project, found));
      fqn.add(matcher.group(1));
      Draft draft =
          new Draft(
              NodeType.SNAPSHOT, project, matcher.group(1), found, file, matcher.group(2), fqn);
      draft.where = file.at(matcher.start(1), matcher.group(1).length());
      drafts.add(draft);
    }
  }

  /** Snapshots that property files describe in full, with {@code relation:}. */
  void yamlSnapshots(PropertyFiles properties) {
    for (PropertyEntry entry : properties.of("snapshots")) {
      Optional<String> relation = entry.text("relation");
      if (relation.isEmpty()) {
        continue;
      }
      List<String> fqn = fqnPrefix(entry.project(), entry.found());
      fqn.add(entry.name());
      Draft draft =
          new Draft(
              NodeType.SNAPSHOT,
              entry.project(),
              entry.name(),
              entry.found(),
              entry.file(),
              "select * from {{ " + relation.get() + " }}",
              fqn);
      draft.path = entry.found().relative() + "/" + entry.name() + ".sql";
      draft.where = entry.where();
      SourceLocation where = entry.where("relation");
      Optional<ParsedRelation> parsed = ParsedRelation.of(relation.get(), where);
      parsed.flatMap(ParsedRelation::ref).ifPresent(draft.refs::add);
      parsed.flatMap(ParsedRelation::source).ifPresent(draft.sources::add);
      draft.hasTemplate = parsed.isEmpty();
      drafts.add(draft);
    }
  }

  static List<String> fqn(PackageProject project, PackageFiles.Found found) {
    List<String> fqn = fqnPrefix(project, found);
    fqn.add(found.stem());
    return fqn;
  }

  /** Package and folders. */
  static List<String> fqnPrefix(PackageProject project, PackageFiles.Found found) {
    List<String> fqn = new ArrayList<>(List.of(project.name()));
    fqn.addAll(found.folders());
    return fqn;
  }

  /** Drafts of one kind by package and name; the first one of each. */
  Map<String, Draft> byName(NodeType... types) {
    Map<String, Draft> found = new LinkedHashMap<>();
    for (Draft draft : drafts) {
      if (List.of(types).contains(draft.type)) {
        found.putIfAbsent(draft.project.name() + "." + draft.name, draft);
      }
    }
    return found;
  }
}
