package dev.millrace.engine.change;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.api.function.FunctionProvider;
import dev.millrace.engine.Engine;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits that a stream's program does not show, and those of which the topics hold too little. */
class EditedUsesTest {
  private static final String EVENTS =
      "name: events, event_time: at, allowed_lateness: %s, columns: [{name: id, type: VARCHAR},"
          + " {name: n, type: INTEGER%s}, {name: m, type: INTEGER%s}, {name: at, type:"
          + " TIMESTAMPTZ}]";
  private static final String CUSTOMERS =
      "name: customers, changes: upsert, key: [id],"
          + " columns: [{name: id, type: VARCHAR}, {name: tier, type: INTEGER}]";
  private static final String NUMBERS = "SELECT id, n FROM {{ source('shop', 'events') }}";

  @TempDir Path folder;

  private static String event(String id, String more) {
    return "{\"id\": \"" + id + "\"" + more + ", \"at\": \"2026-01-01T00:00:00Z\"}";
  }

  /** Streams that see a column hold one value of it, wherever in the record it is read from. */
  @Test
  void aColumnThatIsReadFromElsewhere() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("5 minutes", "", ""));
      project.stream("copy", NUMBERS);
      project.stream("total", "SELECT sum(n)::BIGINT AS n FROM {{ ref('copy') }}");
      project.stream("ids", "SELECT id FROM {{ source('shop', 'events') }}");
      project.send("shop.events", "k", event("a", ", \"n\": 3"), "k", event("b", ", \"num\": 4"));
      project.run();
      assertThat(project.rows("FROM total")).containsExactly("3");
      project.source(EVENTS.formatted("5 minutes", "", ", aliases: [more]"));
      assertThat(project.plan()).allMatch(line -> line.endsWith(" unchanged: "));
      assertThat(project.plan("source")).containsExactly("shop.events unchanged: ");
      project.source(EVENTS.formatted("5 minutes", ", aliases: [num]", ""));
      assertThat(project.plan())
          .containsExactlyInAnyOrder(
              "copy rebuilt from the topic: column `shop.events.n` is read in another way",
              "total rebuilt from the topic: it reads `copy`",
              "ids unchanged: ");
      project.run();
      assertThat(project.rows("FROM copy")).containsExactly("a|3", "b|4");
      assertThat(project.rows("FROM total")).containsExactly("7");
      assertThat(project.plan()).allMatch(line -> line.endsWith(" unchanged: "));
    }
  }

  /** Rules hold from here on; the plan says so. */
  @Test
  void rulesOfAdmission() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("5 minutes", "", ""));
      project.stream("copy", NUMBERS);
      project.send("shop.events", "k", event("a", ", \"n\": 3"));
      project.run();
      project.source(EVENTS.formatted("10 minutes", "", "") + ", on_bad: fail");
      assertThat(project.plan("source"))
          .containsExactly(
              "shop.events state reused: admission changes from here on"
                  + " (allowed_lateness 5m -> 10m, on_bad set_aside -> fail)");
      assertThat(project.plan("source")).containsExactly("shop.events unchanged: ");
    }
  }

  private void jar(int added) throws Exception {
    Path build = Files.createDirectories(folder.resolve("build" + added));
    Path file =
        Files.writeString(
            build.resolve("Functions.java"),
            """
            import dev.millrace.api.function.FunctionProvider;
            import dev.millrace.api.function.ScalarFunction;
            import java.util.List;

            public final class Functions implements FunctionProvider {
              @Override
              public List<ScalarFunction> functions() {
                return List.of(
                    ScalarFunction.of(
                        "boom", "INTEGER", List.of("INTEGER"), a -> (Integer) a[0] + %d));
              }
            }
            """
                .formatted(added));
    String api =
        Path.of(FunctionProvider.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", build.toString(), "-cp", api, file.toString());
    assertThat(code).isZero();
    Path jar = Files.createDirectories(folder.resolve("project/lib")).resolve("f.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> classes = Files.list(build)) {
      entries.putNextEntry(new JarEntry("META-INF/services/" + FunctionProvider.class.getName()));
      entries.write("Functions\n".getBytes(UTF_8));
      for (Path made : classes.filter(f -> f.toString().endsWith(".class")).toList()) {
        entries.putNextEntry(new JarEntry(build.relativize(made).toString()));
        entries.write(Files.readAllBytes(made));
      }
    }
  }

  /** A function that may be another one makes other rows, of old records too. */
  @Test
  void aFunctionThatMayHaveChanged() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      jar(1);
      project.source(EVENTS.formatted("5 minutes", "", ""));
      project.stream("copy", "SELECT id, boom(n) AS n FROM {{ source('shop', 'events') }}");
      project.stream("ids", "SELECT id FROM {{ source('shop', 'events') }}");
      project.send("shop.events", "k", event("a", ", \"n\": 3"));
      project.run();
      assertThat(project.rows("FROM copy")).containsExactly("a|4");
      jar(10);
      assertThat(project.plan())
          .containsExactlyInAnyOrder(
              "copy rebuilt from the topic: function `boom` may have changed: f.jar is another file",
              "ids unchanged: ");
      project.run();
      assertThat(project.rows("FROM copy")).containsExactly("a|13");
      assertThat(project.plan()).allMatch(line -> line.endsWith(" unchanged: "));
      // As in a store from before this was kept.
      project.execute("DELETE FROM progress.definitions WHERE kind IN ('uses', 'admission')");
      jar(100);
      assertThat(project.plan()).allMatch(line -> line.endsWith(" unchanged: "));
    }
  }

  /** What is known to be gone is said before anything is changed. */
  @Test
  void anEditWithoutHistoryIsRefused() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("5 minutes", "", ""));
      project.stream("copy", NUMBERS);
      project.send("shop.events", "k", event("a", ", \"n\": 3"), "k", event("b", ", \"n\": 4"));
      project.run();
      project.deleteBefore("shop.events", 1);
      project.run();
      project.stream("copy", NUMBERS.replace("n FROM", "n + 1 AS n FROM"));
      assertThatThrownBy(project::open)
          .isInstanceOf(StopException.class)
          .hasMessageContaining("the first records of topic shop.events are deleted");
      project.stream("copy", NUMBERS);
      project.send("shop.events", "k", event("c", ", \"n\": 5"));
      assertThat(project.plan()).containsExactly("copy unchanged: ");
      project.run();
      assertThat(project.rows("FROM copy")).containsExactly("a|3", "b|4", "c|5");
      project.stream("copy", NUMBERS.replace("n FROM", "n + 1 AS n FROM"), ", start='2026-01-01'");
      assertThat(project.plan()).allMatch(line -> line.startsWith("copy rebuilt from the topic"));
    }
  }

  /** Rows of change data are not kept as they were, so the flow must not go on without history. */
  @Test
  void anEditOfChangeDataWithoutHistoryBeginsNothing() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      String tiers = "SELECT id, tier FROM {{ source('shop', 'customers') }}";
      project.stream("tiers", tiers);
      project.send("shop.customers", "a", "{\"id\": \"a\", \"tier\": 1}");
      project.send("shop.customers", "b", "{\"id\": \"b\", \"tier\": 2}");
      project.run();
      project.deleteBefore("shop.customers", 1);
      project.stream("tiers", tiers.replace("tier FROM", "tier + 1 AS tier FROM"));
      try (Engine engine = project.open()) {
        assertThatThrownBy(engine::start)
            .isInstanceOf(StopException.class)
            .hasMessageContaining("cannot be filled from the beginning");
      }
      project.stream("tiers", tiers);
      project.send("shop.customers", "a", "{\"id\": \"a\", \"tier\": 3}");
      assertThat(project.plan()).containsExactly("tiers unchanged: ");
      project.run();
      assertThat(project.rows("FROM tiers")).containsExactly("a|3", "b|2");
    }
  }
}
