package dev.millrace.connect.generator;

import static dev.millrace.connect.generator.Generated.ads;
import static dev.millrace.connect.generator.Generated.block;
import static dev.millrace.connect.generator.Generated.options;
import static dev.millrace.connect.generator.Generated.schema;
import static dev.millrace.connect.generator.Generated.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.type.Schema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class GeneratorConnectorTest {
  private static final SourceLocation WHERE = new SourceLocation("sources/ads.yml", 2, 5, 3);
  private static final Schema SCHEMA =
      schema("id", "VARCHAR", "cost", "DOUBLE", "at", "TIMESTAMPTZ");

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(Connector.class))
        .anySatisfy(c -> assertThat(c).isInstanceOf(GeneratorConnector.class));
  }

  @Test
  void acceptsTheExample() {
    assertThat(check(Map.of(), ads())).isEmpty();
  }

  @Test
  void reportsEveryProblemAtOnceWithItsPathAndAHint() {
    List<String> found =
        check(
            Map.of("speed", 2.0, "start", "soon"),
            List.of(
                stream(
                    "a",
                    SCHEMA,
                    "fields",
                    block(
                        "id", block("sequence", "imp-%s"),
                        "cost", block("uniform", block("from", 1, "too", 6)),
                        "att", block("event_time", true)),
                    "disordr",
                    "3 seconds",
                    "malformed",
                    "200%",
                    "late",
                    block("share", "2%")),
                stream(
                    "b",
                    SCHEMA,
                    "follows",
                    block("stream", "aa", "share", "10%", "delay", "soon"),
                    "fields",
                    block())));
    assertThat(found)
        .anySatisfy(p -> assertThat(p).contains("has to be a date or time, found `soon`"))
        .anySatisfy(p -> assertThat(p).contains("sequence` has to hold one `%d` or `%06d`"))
        .anySatisfy(
            p -> assertThat(p).contains("streams.a.generate.fields.cost.uniform.too` is not known"))
        .anySatisfy(p -> assertThat(p).contains("did you mean `to`?"))
        .anySatisfy(p -> assertThat(p).contains("there is no column `att`", "did you mean `at`?"))
        .anySatisfy(p -> assertThat(p).contains("generate.disordr`", "did you mean `disorder`?"))
        .anySatisfy(p -> assertThat(p).contains("a share between 0% and 100%, found `200%`"))
        .anySatisfy(p -> assertThat(p).contains("streams.a.generate.late` needs `by`"))
        .anySatisfy(p -> assertThat(p).contains("there is no stream `aa`", "did you mean `a`?"))
        .anySatisfy(p -> assertThat(p).contains("has to be a duration, found `soon`"))
        .allSatisfy(p -> assertThat(p).startsWith("sources/ads.yml:2:5: "));
  }

  @Test
  void refusesCirclesKindsThatDoNotFitAndDoubleKinds() {
    List<String> found =
        check(
            Map.of(),
            List.of(
                stream(
                    "a",
                    SCHEMA,
                    "follows",
                    block("stream", "b", "delay", "1 second"),
                    "fields",
                    block()),
                stream(
                    "b",
                    SCHEMA,
                    "follows",
                    block("stream", "a", "delay", "1 second"),
                    "fields",
                    block()),
                stream(
                    "c",
                    SCHEMA,
                    "fields",
                    block(
                        "id", block("uuid", true, "boolean", true),
                        "cost", block("choice", block("cheap", 1)),
                        "at", block("boolean", true)),
                    "key",
                    "idd")));
    assertThat(found)
        .anySatisfy(p -> assertThat(p).contains("goes in a circle: a -> b -> a"))
        .anySatisfy(p -> assertThat(p).contains("fields.id` needs exactly one kind"))
        .anySatisfy(p -> assertThat(p).contains("holds `cheap`, which is no DOUBLE"))
        .anySatisfy(p -> assertThat(p).contains("makes true and false, but the column's type"))
        .anySatisfy(p -> assertThat(p).contains("there is no field `idd`"));
  }

  private static List<String> check(Map<String, Object> given, List<StreamDeclaration> streams) {
    Problems problems = new Problems();
    new GeneratorConnector().check(options(given), streams, WHERE, Path.of(""), problems);
    return problems.all().stream().map(Problem::toString).toList();
  }
}
