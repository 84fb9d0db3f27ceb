package dev.millrace.dbt.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.error.Problems;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Installs the packages that packages.yml and dependencies.yml ask for, and those that they ask
 * for: from git repositories (with the {@code git} on the path), from dbt's package hub and from
 * archives (with {@code tar}). Versions of package-lock.yml are kept. A package replaces what was
 * installed under its name at once; one that cannot be had leaves it as it was.
 */
public final class PackageInstaller {
  private static final String HUB = "https://hub.getdbt.com/";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final LoadSetting setting;
  private final Problems problems;
  private final HttpClient http =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NORMAL)
          .connectTimeout(Duration.ofSeconds(20))
          .build();
  private final Map<String, Installed> installed = new LinkedHashMap<>();

  /**
   * A package that was installed.
   *
   * @param name of its project
   * @param from what packages.yml has it by
   * @param version or revision; empty if it has none
   * @param folder where it is
   */
  public record Installed(String name, String from, String version, Path folder) {}

  /** What could not be done, told to the user. */
  private static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;
    private final @Nullable String hint;

    Failure(String message, @Nullable String hint) {
      super(message);
      this.hint = hint;
    }
  }

  /**
   * An installer.
   *
   * @param folder of the project
   * @param problems gets what cannot be installed
   */
  public PackageInstaller(Path folder, LoadSetting setting, Problems problems) {
    this.root = folder.toAbsolutePath().normalize();
    this.setting = setting;
    this.problems = problems;
  }

  /**
   * Installs everything.
   *
   * @return what was installed, in the order of packages.yml; packages that are {@code local:} are
   *     used where they are
   */
  public List<Installed> install() {
    YamlTexts texts = new YamlTexts(setting.environment(), setting.vars(), Map.of(), problems);
    Path target = root.resolve(folderName(texts));
    PackageFinder finder = new PackageFinder(root, problems);
    Map<String, String> locked = locked();
    Deque<PackageFinder.Wanted> wanted = new ArrayDeque<>(finder.wanted(root, texts));
    while (!wanted.isEmpty()) {
      PackageFinder.Wanted next = wanted.poll();
      if (installed.containsKey(next.value())) {
        continue;
      }
      try {
        Optional<Path> folder = install(next, target, locked);
        folder.ifPresent(f -> wanted.addAll(finder.wanted(f, texts)));
      } catch (Failure e) {
        problems.error(
            LoadError.PACKAGE_NOT_INSTALLED, next.where(), String.valueOf(e.getMessage()), e.hint);
      } catch (IOException e) {
        problems.error(
            LoadError.PACKAGE_NOT_INSTALLED,
            next.where(),
            "the package `" + next.value() + "` cannot be written: " + e.getMessage(),
            null);
      }
    }
    return List.copyOf(installed.values());
  }

  private String folderName(YamlTexts texts) {
    ProjectFileReader reader = new ProjectFileReader(root, problems);
    return reader
        .read(root)
        .flatMap(p -> reader.render(p, texts))
        .map(PackageProject::packagesPath)
        .orElse("dbt_packages");
  }

  private Optional<Path> install(
      PackageFinder.Wanted wanted, Path target, Map<String, String> locked)
      throws Failure, IOException {
    if (wanted.kind().equals("local")) {
      Path folder = root.resolve(wanted.value()).normalize();
      return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
    }
    Files.createDirectories(target);
    Path work = Files.createTempDirectory(target, ".installing");
    try {
      String version =
          switch (wanted.kind()) {
            case "git" -> git(wanted, work.resolve("package"), locked);
            case "package" -> hub(wanted, work, locked);
            case "tarball" -> {
              unpack(wanted.value(), work);
              yield "";
            }
            default ->
                throw new Failure(
                    "the package `" + wanted.value() + "` is `" + wanted.kind() + ":`",
                    "Millrace installs `package:`, `git:`, `tarball:` and `local:`");
          };
      return Optional.of(place(wanted, projectIn(work, wanted), version, target));
    } finally {
      delete(work);
    }
  }

  /** Puts a package under the name of its project. */
  private Path place(PackageFinder.Wanted wanted, Path from, String version, Path target)
      throws Failure, IOException {
    Optional<String> name =
        new ProjectFileReader(root, problems).read(from).flatMap(p -> p.text("name"));
    if (name.isEmpty() || !name.get().matches("\\w+")) {
      throw new Failure("the package `" + wanted.value() + "` is no dbt project", null);
    }
    Path folder = target.resolve(name.get());
    delete(folder);
    Files.move(from, folder, StandardCopyOption.ATOMIC_MOVE);
    delete(folder.resolve(".git"));
    installed.put(wanted.value(), new Installed(name.get(), wanted.value(), version, folder));
    return folder;
  }

  /** The folder with dbt_project.yml: {@code subdirectory}, or the first one that has it. */
  private static Path projectIn(Path work, PackageFinder.Wanted wanted)
      throws Failure, IOException {
    Optional<String> below =
        wanted.entry().get("subdirectory").map(n -> ((YamlNode.Scalar) n).text());
    try (Stream<Path> paths = Files.walk(work, 4)) {
      return paths
          .filter(p -> p.endsWith(ProjectFileReader.DBT))
          .map(p -> p.getParent())
          .filter(p -> below.map(b -> p.endsWith(b)).orElse(true))
          .min(Comparator.comparingInt(Path::getNameCount).thenComparing(p -> p))
          .orElseThrow(
              () ->
                  new Failure(
                      "the package `" + wanted.value() + "` has no dbt_project.yml",
                      below.map(b -> "`subdirectory: " + b + "` is not in it").orElse(null)));
    }
  }

  private String git(PackageFinder.Wanted wanted, Path to, Map<String, String> locked)
      throws Failure, IOException {
    Optional<String> asked =
        wanted.entry().get("revision").map(n -> n instanceof YamlNode.Scalar s ? s.text() : "");
    String revision = locked.getOrDefault(wanted.value(), asked.orElse("HEAD"));
    run(wanted, List.of("git", "clone", "--quiet", "--", wanted.value(), to.toString()), root);
    run(wanted, List.of("git", "checkout", "--quiet", "--detach", revision), to);
    return run(wanted, List.of("git", "rev-parse", "HEAD"), to).strip();
  }

  private String hub(PackageFinder.Wanted wanted, Path work, Map<String, String> locked)
      throws Failure, IOException {
    String base = setting.environment().getOrDefault("DBT_PACKAGE_HUB_URL", HUB);
    String url = (base.endsWith("/") ? base : base + "/") + "api/v1/" + wanted.value() + ".json";
    JsonNode versions = JSON.readTree(get(url, wanted)).path("versions");
    List<String> known = new ArrayList<>();
    versions.fieldNames().forEachRemaining(known::add);
    List<String> conditions =
        wanted.entry().get("version").map(n -> Values.texts(YamlValues.plain(n))).orElse(List.of());
    boolean prereleases =
        wanted
            .entry()
            .get("install_prerelease")
            .map(n -> Boolean.TRUE.equals(n.plain()))
            .orElse(false);
    String kept = locked.getOrDefault(wanted.value(), "");
    Optional<PackageVersion> chosen =
        PackageVersion.latest(List.of(kept), conditions, true)
            .filter(v -> known.contains(v.text()))
            .or(() -> PackageVersion.latest(known, conditions, prereleases));
    if (chosen.isEmpty()) {
      throw new Failure(
          "the hub has no version " + String.join(", ", conditions) + " of " + wanted.value(),
          "it has: " + String.join(", ", known));
    }
    JsonNode tarball = versions.path(chosen.get().text()).path("downloads").path("tarball");
    unpack(tarball.asText(), work);
    return chosen.get().text();
  }

  private void unpack(String url, Path work) throws Failure, IOException {
    Path archive = work.resolve("archive.tar.gz");
    Files.write(archive, get(url, null));
    Path to = Files.createDirectories(work.resolve("package"));
    run(null, List.of("tar", "-xzf", archive.toString(), "-C", to.toString()), work);
  }

  private byte[] get(String url, PackageFinder.@Nullable Wanted wanted)
      throws Failure, IOException {
    String what = wanted == null ? url : wanted.value();
    try {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).build();
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() == 404) {
        throw new Failure("there is no package at " + url, "look its name up on the hub");
      }
      if (response.statusCode() != 200) {
        throw new Failure(url + " answers with status " + response.statusCode(), "try again later");
      }
      return response.body();
    } catch (IllegalArgumentException e) {
      throw new Failure("`" + url + "` is no address", null);
    } catch (IOException e) {
      throw new Failure(
          "`" + what + "` cannot be loaded: " + url + " is not reached (" + e + ")",
          "copy the package to dbt_packages, or name its git repository or folder");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("loading `" + what + "` was interrupted", null);
    }
  }

  private static String run(
      PackageFinder.@Nullable Wanted wanted, List<String> command, Path folder)
      throws Failure, IOException {
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().put("GIT_TERMINAL_PROMPT", "0");
      process = builder.redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new Failure("`" + command.get(0) + "` cannot be started", "install it");
    }
    try (InputStream out = process.getInputStream()) {
      process.getOutputStream().close();
      String output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        String what = wanted == null ? "the archive" : "`" + wanted.value() + "`";
        throw new Failure(
            what + " cannot be installed: " + output.strip().replace("\n", "; "), null);
      }
      return output;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new Failure("`" + command.get(0) + "` was interrupted", null);
    }
  }

  /** Versions and revisions of package-lock.yml by what packages.yml calls the package. */
  private Map<String, String> locked() {
    Map<String, String> locked = new LinkedHashMap<>();
    PackageFiles files = new PackageFiles(root, root, problems);
    Path file = root.resolve("package-lock.yml");
    if (!Files.isRegularFile(file)) {
      return locked;
    }
    files
        .read(file)
        .flatMap(f -> YamlReader.readAsPython(f, problems))
        .map(YamlValues::plain)
        .ifPresent(
            values -> {
              for (Map<String, @Nullable Object> entry :
                  Values.maps(Values.map(values).get("packages"))) {
                Values.text(entry, "package")
                    .ifPresent(p -> locked.put(p, Values.text(entry, "version").orElse("")));
                Values.text(entry, "git")
                    .ifPresent(g -> locked.put(g, Values.text(entry, "revision").orElse("HEAD")));
              }
            });
    return locked;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
