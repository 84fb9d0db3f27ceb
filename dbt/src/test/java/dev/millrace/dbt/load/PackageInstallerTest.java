package dev.millrace.dbt.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.api.error.Problems;
import dev.millrace.project.PackageFinder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages from a git repository, and from a hub: a folder with its files, over HTTP. */
class PackageInstallerTest {
  @TempDir Path folder;

  private final Problems problems = new Problems();

  @Test
  void gitRepositoriesAreInstalledAtTheirRevision() throws Exception {
    Path repository = project("repository", "tools");
    git(repository, "init", "--quiet");
    commit(repository, "one");
    git(repository, "tag", "v1");
    Files.writeString(repository.resolve("macros/later.sql"), "{% macro later() %}{% endmacro %}");
    commit(repository, "two");
    Path project = project("shop", "shop");
    packages(
        project,
        """
        packages:
          - git: %s
            revision: v1
        """
            .formatted(repository.toUri()));

    List<PackageInstaller.Installed> installed = install(project, Map.of());

    assertEquals(List.of(), problems.all());
    assertEquals(List.of("tools"), installed.stream().map(i -> i.name()).toList());
    assertTrue(installed.get(0).version().matches("[0-9a-f]{40}"));
    assertTrue(Files.exists(project.resolve("dbt_packages/tools/macros/m.sql")));
    assertFalse(Files.exists(project.resolve("dbt_packages/tools/macros/later.sql")));
    LoadedProject loaded = DbtProjects.load(project, LoadSetting.of(Map.of()), problems);
    assertEquals(List.of("shop", "tools"), loaded.manifest().packages());
  }

  @Test
  void theHubsLatestVersionThatFitsIsInstalledWithWhatItNeeds() throws Exception {
    Path hub = Files.createDirectories(folder.resolve("hub"));
    HttpServer server = serve(hub);
    server.start();
    try {
      String url = "http://localhost:" + server.getAddress().getPort() + "/";
      Path needs = project("needs", "needs");
      packages(needs, "packages:\n  - package: us/base\n    version: [\">=0.1.0\", \"<2.0.0\"]\n");
      publish(hub, url, "us", "needs", needs, "1.0.0", "1.2.0", "2.0.0", "1.3.0-b1");
      publish(hub, url, "us", "base", project("base", "base"), "0.1.0", "0.9.9");
      Path project = project("shop", "shop");
      packages(project, "packages:\n  - package: us/needs\n    version: \">=1.0.0,<2.0.0\"\n");

      List<PackageInstaller.Installed> installed =
          install(project, Map.of("DBT_PACKAGE_HUB_URL", url));

      assertEquals(List.of(), problems.all());
      assertEquals(
          "needs 1.2.0, base 0.9.9",
          installed.stream()
              .map(i -> i.name() + " " + i.version())
              .collect(Collectors.joining(", ")));

      theLockCounts(project, url);

      packages(project, "packages:\n  - package: us/needs\n    version: 3.0.0\n");
      install(project, Map.of("DBT_PACKAGE_HUB_URL", url));
      assertEquals(
          "packages.yml:2:14: the hub has no version 3.0.0 of us/needs - it has: 1.0.0, 1.2.0,"
              + " 2.0.0, 1.3.0-b1 [PACKAGE_NOT_INSTALLED]",
          problems.all().get(0).toString());
      assertTrue(
          Files.exists(project.resolve("dbt_packages/needs/dbt_project.yml")),
          "what was installed is gone");
    } finally {
      server.stop(0);
    }
  }

  /** What was installed stays, unless it is to be upgraded or packages.yml asks for others. */
  private void theLockCounts(Path project, String url) throws IOException {
    Path lock = project.resolve("package-lock.yml");
    String written = Files.readString(lock);
    assertTrue(
        written.startsWith(
            """
            packages:
              - name: needs
                package: us/needs
                version: 1.2.0
              - name: base
                package: us/base
                version: 0.9.9
            sha1_hash:\
            """),
        written);

    Files.writeString(lock, written.replace("1.2.0", "1.0.0"));
    assertEquals("1.0.0", install(project, Map.of("DBT_PACKAGE_HUB_URL", url)).get(0).version());
    LoadSetting upgrading = setting(Map.of("DBT_PACKAGE_HUB_URL", url));
    assertEquals(
        "1.2.0", new PackageInstaller(project, upgrading, problems).install(true).get(0).version());

    // A lock of other packages counts for nothing.
    packages(
        project, "packages:\n  - package: us/needs\n    version: [\">=1.2.0\", \"<=2.0.0\"]\n");
    assertEquals("2.0.0", install(project, Map.of("DBT_PACKAGE_HUB_URL", url)).get(0).version());
  }

  /** What dbt 1.10 writes for the same packages. */
  @Test
  void theLockIsDbts() throws Exception {
    Path project = project("shop", "shop");
    project("shop/pkg", "pkg");
    packages(project, "packages:\n  - local: pkg\n");
    install(project, Map.of());
    assertEquals(
        """
        packages:
          - local: pkg
            name: pkg
        sha1_hash: 628e7d27f00ec4f5351fa728e7a88ce3ea954989
        """,
        Files.readString(project.resolve("package-lock.yml")));
    assertEquals(
        "fbe59819b389dd3c16eebc554e4ec5b3ce2924bc",
        hash(project, "{package: a/b, version: 1.0.0}"));
    assertEquals(
        "2f1e65f127f70e78eee5cc777c72e694c037f479",
        hash(project, "{package: a/b, version: ['>=1.0.0', '<2.0.0'], install_prerelease: true}"));
    assertEquals(
        "d7ebf41a9457ed1e5d9806fb49eeac9c0762d38e",
        hash(project, "{git: 'https://x/y.git', revision: '1.0'}"));
    assertEquals(
        "4e74ff925b68734c5f7050e3f6075927274c2af0",
        hash(project, "{tarball: 'http://x', name: t}"));
    assertEquals(List.of(), problems.all());
  }

  private String hash(Path project, String entry) throws IOException {
    packages(project, "packages:\n  - " + entry + "\n");
    YamlTexts texts = new YamlTexts(Map.of(), Map.of(), Map.of(), problems);
    return PackageLock.hash(new PackageFinder(project, texts::text, problems).wanted(project));
  }

  @Test
  void whatIsNotThereIsExplained() throws Exception {
    Path project = project("shop", "shop");
    packages(project, "packages:\n  - git: " + folder.resolve("nowhere").toUri() + "\n");
    assertEquals(List.of(), install(project, Map.of()));
    assertTrue(
        problems.all().get(0).message().contains("cannot be installed"), problems.all().toString());
  }

  /** Serves the files of a folder. */
  private static HttpServer serve(Path files) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Path file = files.resolve(exchange.getRequestURI().getPath().substring(1));
          boolean there = Files.isRegularFile(file);
          byte[] body = there ? Files.readAllBytes(file) : new byte[] {'-'};
          exchange.sendResponseHeaders(there ? 200 : 404, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    return server;
  }

  private List<PackageInstaller.Installed> install(Path project, Map<String, String> environment) {
    return new PackageInstaller(project, setting(environment), problems).install(false);
  }

  private LoadSetting setting(Map<String, String> environment) {
    return new LoadSetting(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        environment,
        folder,
        LoadSetting.STORE,
        "test",
        Instant.EPOCH);
  }

  private Path project(String at, String name) throws IOException {
    Path project = Files.createDirectories(folder.resolve(at));
    Files.createDirectories(project.resolve("macros"));
    Files.writeString(project.resolve("dbt_project.yml"), "name: " + name + "\n");
    Files.writeString(
        project.resolve("macros/m.sql"), "{% macro " + name + "_one() %}1{% endmacro %}");
    return project;
  }

  private static void packages(Path project, String text) throws IOException {
    Files.writeString(project.resolve("packages.yml"), text);
  }

  private void publish(
      Path hub, String url, String owner, String name, Path project, String... versions)
      throws Exception {
    Path api = Files.createDirectories(hub.resolve("api/v1/" + owner));
    StringBuilder json = new StringBuilder("{\"versions\": {");
    for (String version : versions) {
      String archive = name + "-" + version + ".tar.gz";
      run(folder, "tar", "-czf", hub.resolve(archive).toString(), project.getFileName().toString());
      json.append(json.indexOf("tarball") < 0 ? "" : ", ")
          .append(
              "\"%s\": {\"downloads\": {\"tarball\": \"%s\"}}".formatted(version, url + archive));
    }
    Files.writeString(api.resolve(name + ".json"), json + "}}");
  }

  private static void git(Path repository, String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    run(repository, command);
  }

  private static void commit(Path repository, String message) throws Exception {
    git(repository, "add", "-A");
    git(
        repository,
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "commit",
        "--quiet",
        "-m",
        message);
  }

  private static void run(Path folder, String... command) throws Exception {
    Process process = new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start();
    assertEquals(0, process.waitFor(), String.join(" ", command));
  }
}
