package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Which module may use which: ARCHITECTURE.md's arrows, which never run back. Test scope is free.
 */
class ModuleArrowsTest {
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("api", Set.of()),
          Map.entry("testing", Set.of("api")),
          Map.entry("jinja", Set.of()),
          Map.entry("project", Set.of("api")),
          Map.entry("dbt", Set.of("api", "project", "jinja")),
          Map.entry("sql", Set.of("api")),
          Map.entry("embedded", Set.of("api")),
          Map.entry("formats", Set.of("api")),
          Map.entry("log", Set.of("api", "formats", "embedded")),
          Map.entry("registry", Set.of("api", "formats", "log", "embedded")),
          Map.entry("engine", Set.of("api", "project", "dbt", "sql", "log", "formats")),
          Map.entry("lake", Set.of("api")),
          Map.entry("orchestrate", Set.of("api", "project")),
          Map.entry("connect/clickhouse", Set.of("api", "embedded")),
          Map.entry("connect/files", Set.of("api", "embedded")),
          Map.entry("connect/generator", Set.of("api", "embedded")),
          Map.entry("connect/jdbc", Set.of("api", "embedded")),
          Map.entry("connect/kafka", Set.of("api", "log", "formats")),
          Map.entry(
              "server",
              Set.of(
                  "api",
                  "project",
                  "dbt",
                  "sql",
                  "formats",
                  "log",
                  "registry",
                  "embedded",
                  "engine",
                  "orchestrate",
                  "connect-clickhouse",
                  "connect-files",
                  "connect-generator",
                  "connect-jdbc",
                  "connect-kafka",
                  "lake")),
          Map.entry("cli", Set.of("server")));

  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>dev\\.millrace</groupId>\\s*<artifactId>millrace-([a-z-]+)"
              + "</artifactId>(.*?)</dependency>",
          Pattern.DOTALL);

  @Test
  void arrowsNeverRunBack() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Set<String>> module : MAY_USE.entrySet()) {
      String pom = Files.readString(Path.of("..", module.getKey(), "pom.xml"));
      Matcher dependency = DEPENDENCY.matcher(pom);
      while (dependency.find()) {
        boolean test = dependency.group(2).contains("<scope>test</scope>");
        if (!test && !module.getValue().contains(dependency.group(1))) {
          wrong.add(module.getKey() + " -> " + dependency.group(1));
        }
      }
    }
    assertThat(wrong)
        .as(
            "a module uses one that it may not (ARCHITECTURE.md): move the class, or invert the call")
        .isEmpty();
  }

  @Test
  void everyModuleIsListed() throws Exception {
    Matcher module =
        Pattern.compile("<module>([a-z]+)</module>")
            .matcher(Files.readString(Path.of("..", "pom.xml")));
    while (module.find()) {
      String name = module.group(1);
      assertThat(name.equals("connect") || name.equals("benchmarks") || MAY_USE.containsKey(name))
          .as("module %s has no entry in MAY_USE", name)
          .isTrue();
    }
  }
}
