package dev.millrace.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.EmbeddedBroker;
import dev.millrace.testing.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there, with its id, however the process ends. */
@Tag("slow")
class RegistryKillTest {
  private static final Pattern LINE = Pattern.compile("acknowledged (\\d+) (\\d+)\\n");

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedSurvivesAKill() {
    String output;
    try (ChildJvm child = ChildJvm.start(RegistryChild.class, Map.of(), folder.toString())) {
      child.awaitOutput("acknowledged 40 ", Duration.ofMinutes(3));
      child.kill();
      output = child.output();
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
        RegistryRun registry = new RegistryRun(broker.cluster(), folder)) {
      Set<Integer> ids = new HashSet<>();
      Matcher acknowledged = LINE.matcher(output);
      while (acknowledged.find()) {
        int n = Integer.parseInt(acknowledged.group(1));
        int id = Integer.parseInt(acknowledged.group(2));
        assertThat(registry.get("/schemas/ids/" + id).body().path("schema").asText())
            .isEqualTo(RegistryChild.schema(n));
        ids.add(id);
      }
      assertThat(ids).hasSizeGreaterThan(40);
      int next = registry.register("next", RegistryRun.avro(RegistryChild.schema(1_000_000))).id();
      assertThat(ids).doesNotContain(next);
      // Registered again, each has the id that it had.
      String again = registry.register("s3", RegistryRun.avro(RegistryChild.schema(3))).toString();
      assertThat(again)
          .contains(registry.get("/subjects/s3/versions/1").body().path("id").asText());
    }
  }
}
