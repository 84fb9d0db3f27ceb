package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A project with a jar of functions: what `check` says of them, and what they do in a run. */
class JavaFunctionsTest {
  /** As the manual shows it, and some more. */
  private static final String PROVIDER =
      """
      package example;

      import dev.millrace.api.function.FunctionProvider;
      import dev.millrace.api.function.ScalarFunction;
      import java.math.BigDecimal;
      import java.util.List;

      public final class ShopFunctions implements FunctionProvider {
        @Override
        public List<ScalarFunction> functions() {
          return List.of(
              ScalarFunction.of(
                  "luhn_ok", "BOOLEAN", List.of("VARCHAR"), a -> luhn((String) a[0])),
              ScalarFunction.of(
                  "with_tax", "DECIMAL(12,2)", List.of("DECIMAL(12,2)", "INTEGER"),
                  a -> ((BigDecimal) a[0]).multiply(BigDecimal.valueOf(100 + (Integer) a[1], 2))
                      .setScale(2, java.math.RoundingMode.HALF_UP)),
              ScalarFunction.of(
                  "or_none", "VARCHAR", List.of("VARCHAR"), a -> a[0] == null ? "none" : a[0])
                  .withNulls());
        }

        private static boolean luhn(String digits) {
          if (!digits.chars().allMatch(Character::isDigit)) {
            throw new IllegalArgumentException("not all digits: " + digits);
          }
          int sum = 0;
          for (int i = 0; i < digits.length(); i++) {
            int d = digits.charAt(digits.length() - 1 - i) - '0';
            sum += i % 2 == 0 ? d : d * 2 > 9 ? d * 2 - 9 : d * 2;
          }
          return sum % 10 == 0;
        }
      }
      """;

  @TempDir Path folder;

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /** Compiles a provider and packs it as {@code lib/<name>.jar}. */
  private void jar(String name, String provider, String source) throws IOException {
    Path build = Files.createDirectories(folder.resolve("build-" + name));
    String simple = provider.substring(provider.lastIndexOf('.') + 1);
    Path file = Files.writeString(build.resolve(simple + ".java"), source);
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-d",
                build.toString(),
                "-cp",
                ChildJvm.classPath(),
                file.toString());
    assertThat(code).isZero();
    Path jar = Files.createDirectories(folder.resolve("lib")).resolve(name + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> classes = Files.walk(build)) {
      entries.putNextEntry(
          new JarEntry("META-INF/services/dev.millrace.api.function.FunctionProvider"));
      entries.write((provider + "\n").getBytes(UTF_8));
      for (Path made : classes.filter(f -> f.toString().endsWith(".class")).toList()) {
        entries.putNextEntry(new JarEntry(build.relativize(made).toString()));
        entries.write(Files.readAllBytes(made));
      }
    }
  }

  @BeforeEach
  void project() throws IOException {
    jar("shop", "example.ShopFunctions", PROVIDER);
    target("kafka: embedded");
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            streams:
              - name: payments
                topic: payments
                event_time: at
                columns:
                  - {name: card, type: VARCHAR}
                  - {name: amount, type: "DECIMAL(12,2)"}
                  - {name: at, type: TIMESTAMPTZ}
        """);
    model("SELECT or_none(card) AS card, with_tax(amount, 19) AS gross, luhn_ok(card) AS good");
  }

  private void target(String kafka) throws IOException {
    write("millrace.yml", "name: shop\ntargets:\n  dev:\n    " + kafka + "\n");
  }

  private void model(String select) throws IOException {
    write(
        "models/paid.sql",
        "{{ config(materialized='stream') }}\n"
            + select
            + "\nFROM {{ source('shop', 'payments') }}\n");
  }

  private static String millrace(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = Millrace.command();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(out));
    command.execute(arguments);
    return out.toString();
  }

  @Test
  void checkTypesThem() throws IOException {
    assertThat(millrace("check", folder.toString())).contains("paid").doesNotContain("error");
    model("SELECT luhn_ok(amount, 1) AS good");
    assertThat(millrace("check", folder.toString())).contains("models/paid.sql:2:8", "luhn_ok");
    model("SELECT luhn_okk(card) AS good");
    assertThat(millrace("check", folder.toString()))
        .contains("models/paid.sql:2:8", "did you mean `luhn_ok`?");
  }

  @Test
  void functionsThatCannotBeAreToldAllAtOnce() throws IOException {
    jar(
        "bad",
        "example.Bad",
        """
        package example;

        import dev.millrace.api.function.FunctionProvider;
        import dev.millrace.api.function.ScalarFunction;
        import java.util.List;

        public final class Bad implements FunctionProvider {
          @Override
          public List<ScalarFunction> functions() {
            return List.of(
                ScalarFunction.of("lower", "VARCHAR", List.of("VARCHAR"), a -> a[0]),
                ScalarFunction.of("luhn_ok", "VARCHAR", List.of(), a -> "x"),
                ScalarFunction.of("Upper", "VARCHAR", List.of(), a -> "x"),
                ScalarFunction.of("millrace_x", "VARCHAR", List.of(), a -> "x"),
                ScalarFunction.of("parts", "VARCHAR[]", List.of("VARCHAR"), a -> List.of()));
          }
        }
        """);
    assertThat(millrace("check", folder.toString()))
        .contains("`lower(VARCHAR)`", "DuckDB has a function of that name")
        .contains("has the name of another function of the project")
        .contains("has no name of lower case letters")
        .contains("has a name that Millrace keeps for itself")
        .contains("has the type VARCHAR[], which no Java function can have");
    Files.writeString(folder.resolve("lib/broken.jar"), "no jar");
    jar("bad", "example.Missing", "class Missing {}");
    assertThat(millrace("check", folder.toString()))
        .contains("cannot be loaded", "example.Missing");
  }

  @Test
  @Tag("slow")
  void theyRunInStreamsViewsAndQueries() throws Exception {
    write(
        "models/good_cards.sql",
        "{{ config(materialized='view') }}\n"
            + "SELECT or_none(card) AS card FROM {{ ref('paid') }} WHERE good\n");
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
      target("kafka: {url: \"" + broker.cluster().url() + "\"}");
      try (TopicAdmin admin = TopicAdmin.open(broker.cluster());
          KafkaProducer<byte[], byte[]> producer =
              new KafkaProducer<>(
                  broker.cluster().clientProperties("test"),
                  new ByteArraySerializer(),
                  new ByteArraySerializer())) {
        admin.ensure(List.of(TopicDeclaration.of("payments", 1)));
        for (String record :
            List.of(
                "{\"card\": \"4539578763621486\", \"amount\": 10.00, \"at\":"
                    + " \"2025-01-01T00:00:00Z\"}",
                "{\"card\": \"4539578763621487\", \"amount\": 0.05, \"at\":"
                    + " \"2025-01-01T00:00:01Z\"}",
                "{\"card\": \"oops\", \"amount\": 1, \"at\": \"2025-01-01T00:00:02Z\"}",
                "{\"amount\": null, \"at\": \"2025-01-01T00:00:03Z\"}")) {
          producer.send(new ProducerRecord<>("payments", record.getBytes(UTF_8))).get();
        }
      }
      try (ChildJvm child =
          ChildJvm.start(Millrace.class, Map.of(), "run", folder.toString(), "--until-idle")) {
        int code = child.awaitExit(Duration.ofMinutes(3));
        assertThat(code).as(child.output()).isZero();
      }
    }
    String project = folder.toString();
    assertThat(millrace("sql", project, "SELECT * FROM paid ORDER BY gross", "--format", "csv"))
        .isEqualToNormalizingNewlines(
            """
            card,gross,good
            4539578763621487,0.06,false
            4539578763621486,11.90,true
            none,,
            """);
    assertThat(millrace("sql", project, "SELECT reason FROM system.rejected", "--format", "csv"))
        .contains("not all digits: oops");
    assertThat(
            millrace(
                "sql",
                project,
                "SELECT with_tax(1::DECIMAL(12,2), 7) AS t, card FROM good_cards",
                "--format",
                "csv"))
        .contains("1.07,4539578763621486");
  }
}
