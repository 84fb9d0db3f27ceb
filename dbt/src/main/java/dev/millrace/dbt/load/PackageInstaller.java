package dev.millrace.dbt.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.error.Problems;
import dev.millrace.project.PackageFinder;
import dev.millrace.project.PackageFinder.Wanted;
import dev.millrace.project.yaml.YamlNode;
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
   * @param kind how packages.yml names it: {@code package}, {@code git}, {@code tarball}, {@code
   *     local}
   * @param from its name on the hub, or its address
   * @param subdirectory of the repository, if packages.yml has one
   * @param version or revision; empty if it has none
   * @param folder where it is
   */
  public record Installed(
      String name,
      String kind,
      String from,
      Optional<String> subdirectory,
      String version,
      Path folder) {
    /** True if it is used where it is. */
    public boolean isLocal() {
      return kind.equals("local");
    }
  }

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
   * Installs everything, and writes {@code package-lock.yml}.
   *
   * @param upgrade whether the newest versions are taken that packages.yml allows, whatever the
   *     lock says
   * @return what was installed, in the order of packages.yml; packages that are {@code local:} are
   *     among them, and used where they are
   */
  public List<Installed> install(boolean upgrade) {
    YamlTexts texts = new YamlTexts(setting.environment(), setting.vars(), Map.of(), problems);
    Path target = root.resolve(folderName(texts));
    PackageFinder finder = new PackageFinder(root, texts::text, problems);
    List<Wanted> asked = finder.wanted(root);
    PackageLock lock = upgrade ? PackageLock.none() : PackageLock.read(root, asked, problems);
    Deque<Wanted> wanted = new ArrayDeque<>(asked);
    while (!wanted.isEmpty()) {
      Wanted next = wanted.poll();
      if (installed.containsKey(next.value())) {
        continue;
      }
      try {
        Optional<Path> folder = install(next, target, lock);
        folder.ifPresent(f -> wanted.addAll(finder.wanted(f)));
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
    if (!problems.hasErrors() && !asked.isEmpty()) {
      writeLock(asked);
    }
    return List.copyOf(installed.values());
  }

  private void writeLock(List<Wanted> asked) {
    try {
      PackageLock.write(root, asked, List.copyOf(installed.values()));
    } catch (IOException e) {
      problems.error(
          LoadError.PACKAGE_NOT_INSTALLED,
          null,
          "package-lock.yml cannot be written: " + e.getMessage(),
          null);
    }
  }

  private String folderName(YamlTexts texts) {
    ProjectFileReader reader = new ProjectFileReader(root, problems);
    return reader
        .read(root)
        .flatMap(p -> reader.render(p, texts))
        .map(PackageProject::packagesPath)
        .orElse(PackageFinder.INSTALLED);
  }

  private Optional<Path> install(Wanted wanted, Path target, PackageLock lock)
      throws Failure, IOException {
    if (wanted.kind().equals("local")) {
      Path folder = root.resolve(wanted.value()).normalize();
      Optional<String> name = name(folder);
      name.ifPresent(n -> installed.put(wanted.value(), installed(n, wanted, "", folder)));
      return name.map(n -> folder);
    }
    Files.createDirectories(target);
    Path work = Files.createTempDirectory(target, ".installing");
    try {
      String version =
          switch (wanted.kind()) {
            case "git" -> git(wanted, work.resolve("package"), lock);
            case "package" -> hub(wanted, work, lock);
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
  private Path place(Wanted wanted, Path from, String version, Path target)
      throws Failure, IOException {
    Optional<String> name = name(from);
    if (name.isEmpty() || !name.get().matches("\\w+")) {
      throw new Failure("the package `" + wanted.value() + "` is no dbt project", null);
    }
    Path folder = target.resolve(name.get());
    delete(folder);
    Files.move(from, folder, StandardCopyOption.ATOMIC_MOVE);
    delete(folder.resolve(".git"));
    installed.put(wanted.value(), installed(name.get(), wanted, version, folder));
    return folder;
  }

  private static Installed installed(String name, Wanted wanted, String version, Path folder) {
    return new Installed(
        name, wanted.kind(), wanted.value(), wanted.subdirectory(), version, folder);
  }

  /** The name of the project in a folder; empty if there is none. */
  private Optional<String> name(Path folder) {
    return new ProjectFileReader(root, problems).read(folder).flatMap(p -> p.text("name"));
  }

  /** The folder with dbt_project.yml: {@code subdirectory}, or the first one that has it. */
  private static Path projectIn(Path work, Wanted wanted) throws Failure, IOException {
    Optional<String> below = wanted.subdirectory();
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

  private String git(Wanted wanted, Path to, PackageLock lock) throws Failure, IOException {
    Optional<String> asked =
        wanted.entry().get("revision").map(n -> n instanceof YamlNode.Scalar s ? s.text() : "");
    String revision = lock.version(wanted.value()).or(() -> asked).orElse("HEAD");
    run(wanted, List.of("git", "clone", "--quiet", "--", wanted.value(), to.toString()), root);
    run(wanted, List.of("git", "checkout", "--quiet", "--detach", revision), to);
    return run(wanted, List.of("git", "rev-parse", "HEAD"), to).strip();
  }

  private String hub(Wanted wanted, Path work, PackageLock lock) throws Failure, IOException {
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
    String kept = lock.version(wanted.value()).orElse("");
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

  private byte[] get(String url, @Nullable Wanted wanted) throws Failure, IOException {
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

  private static String run(@Nullable Wanted wanted, List<String> command, Path folder)
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
