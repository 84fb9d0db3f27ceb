package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.ProjectError;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the target of a project in profiles.yml. Of its adapter only the target's name, schema,
 * threads and what templates may ask for count: models go to Millrace's own store.
 */
final class Profiles {
  private static final String FILE = "profiles.yml";
  private static final Set<String> SECRETS =
      Set.of(
          "password",
          "pass",
          "token",
          "keyfile_json",
          "private_key",
          "private_key_passphrase",
          "client_secret",
          "refresh_token",
          "secrets",
          "aws_secret_access_key",
          "motherduck_token",
          "access_token",
          "oauth_client_secret",
          "authenticator_token",
          "secret_access_key");

  private final Path root;
  private final LoadSetting setting;
  private final Problems problems;

  Profiles(Path root, LoadSetting setting, Problems problems) {
    this.root = root;
    this.setting = setting;
    this.problems = problems;
  }

  /** The target of a project; a default one, with a problem, if it has no such target. */
  DbtTarget target(ProjectFileReader.Unrendered project, YamlTexts texts) {
    if (project.isMillrace()) {
      return ofMillrace(project);
    }
    String name = profileName(project, texts);
    Optional<Path> path = find();
    if (path.isEmpty()) {
      return fallback(name);
    }
    PackageFiles files = new PackageFiles(root, root, problems);
    Optional<TextFile> file = files.read(path.get());
    Optional<YamlNode> node = file.flatMap(f -> YamlReader.readAsPython(f, problems));
    if (node.isEmpty() || !(node.get() instanceof YamlNode.Mapping profiles)) {
      return fallback(name);
    }
    Optional<YamlNode> profile = profiles.get(name);
    if (profile.isEmpty() || !(profile.get() instanceof YamlNode.Mapping block)) {
      List<String> known = keys(profiles);
      problems.error(
          LoadError.UNKNOWN_PROFILE,
          project.block().get("profile").map(YamlNode::where).orElse(profiles.where()),
          "no profile `" + name + "` in " + files.shown(path.get()),
          hint(name, known));
      return fallback(name);
    }
    return ofProfile(name, block, texts);
  }

  private String profileName(ProjectFileReader.Unrendered project, YamlTexts texts) {
    return setting
        .profile()
        .or(
            () ->
                project
                    .block()
                    .get("profile")
                    .filter(n -> n instanceof YamlNode.Scalar)
                    .flatMap(
                        n ->
                            texts.text(
                                ((YamlNode.Scalar) n).text(), ((YamlNode.Scalar) n).places())))
        .or(() -> project.text("name"))
        .orElse("default");
  }

  private Optional<Path> find() {
    List<Path> folders =
        setting
            .profilesDir()
            .map(List::of)
            .orElseGet(() -> List.of(root, setting.home().resolve(".dbt")));
    return folders.stream()
        .map(f -> f.toAbsolutePath().normalize().resolve(FILE))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private DbtTarget fallback(String profile) {
    return new DbtTarget(
        profile, setting.target().orElse("dev"), setting.store(), "main", 1, Map.of());
  }

  private DbtTarget ofProfile(String profile, YamlNode.Mapping block, YamlTexts texts) {
    Optional<YamlNode> outputs = block.get("outputs");
    String target =
        setting
            .target()
            .or(() -> block.get("target").flatMap(n -> scalar(n, texts)))
            .orElse("default");
    if (outputs.isEmpty() || !(outputs.get() instanceof YamlNode.Mapping targets)) {
      problems.error(ProjectError.MISSING_KEY, block.where(), "the profile has no `outputs`", null);
      return fallback(profile);
    }
    Optional<YamlNode> output = targets.get(target);
    if (output.isEmpty() || !(output.get() instanceof YamlNode.Mapping chosen)) {
      problems.error(
          LoadError.UNKNOWN_PROFILE,
          setting.target().isPresent()
              ? targets.where()
              : block.get("target").map(YamlNode::where).orElse(targets.where()),
          "profile `" + profile + "` has no target `" + target + "`",
          hint(target, keys(targets)));
      return fallback(profile);
    }
    return ofOutput(profile, target, new YamlValues(texts, path -> isShown(path)).of(chosen));
  }

  private DbtTarget ofOutput(String profile, String target, Map<String, @Nullable Object> output) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    output.forEach(
        (key, value) -> {
          if (isShown(List.of(key))) {
            values.put(key, value);
          }
        });
    String schema =
        Values.text(values, "schema").or(() -> Values.text(values, "dataset")).orElse("main");
    int threads = values.get("threads") instanceof Long count ? Math.max(1, count.intValue()) : 1;
    return new DbtTarget(profile, target, setting.store(), schema, threads, values);
  }

  /** False for what must not leave the profile. */
  private static boolean isShown(List<String> path) {
    return path.stream().map(p -> p.toLowerCase(Locale.ROOT)).noneMatch(SECRETS::contains);
  }

  private DbtTarget ofMillrace(ProjectFileReader.Unrendered project) {
    List<String> targets =
        project
            .block()
            .get("targets")
            .filter(n -> n instanceof YamlNode.Mapping)
            .map(n -> keys((YamlNode.Mapping) n))
            .orElse(List.of());
    String target =
        setting
            .target()
            .or(() -> project.text("default_target"))
            .or(() -> targets.stream().findFirst())
            .orElse("dev");
    if (!targets.isEmpty() && !targets.contains(target)) {
      problems.error(
          ProjectError.UNKNOWN_TARGET,
          project
              .block()
              .get("targets")
              .map(YamlNode::where)
              .orElse(SourceLocation.ofFile(project.file().path())),
          "no target `" + target + "`",
          hint(target, targets));
    }
    return new DbtTarget(
        project.text("name").orElse("default"), target, setting.store(), "main", 1, Map.of());
  }

  private static Optional<String> scalar(YamlNode node, YamlTexts texts) {
    return node instanceof YamlNode.Scalar text
        ? texts.text(text.text(), text.places())
        : Optional.empty();
  }

  private static List<String> keys(YamlNode.Mapping block) {
    List<String> keys = new ArrayList<>();
    block.entries().forEach(e -> keys.add(e.key().text()));
    return keys;
  }

  private static @Nullable String hint(String word, Collection<String> known) {
    String near = Suggestion.didYouMean(word, known);
    return near != null || known.isEmpty()
        ? near
        : "there are: " + String.join(", ", known.stream().map(k -> "`" + k + "`").toList());
  }
}
