package dev.millrace.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problems;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReferenceTest {
  private final Reference reference = new Reference(List.of());

  @Test
  void listsEveryKeyOfEveryBlock() {
    String markdown = reference.markdown();
    for (var block :
        List.of(
            ProjectFormat.PROJECT,
            ProjectFormat.SOURCE,
            ProjectFormat.STREAM,
            ProjectFormat.UNIQUE,
            ProjectFormat.SINK,
            ProjectFormat.MODEL,
            ProjectFormat.MODEL_CONFIG,
            JobFormat.JOB,
            JobFormat.RETRIES,
            ProjectFormat.DASHBOARD)) {
      block.names().forEach(name -> assertThat(markdown).contains("| `" + name + "` | "));
    }
    assertThat(markdown)
        .contains(
            "| `allowed_lateness` | duration | `10 seconds` | How far the watermark stays behind"
                + " the newest event time; older rows are late. | `10 seconds` |\n")
        .contains("| `mode` | `append`, `upsert`, `debezium` | **required** | ");
  }

  @Test
  void writesSchemasThatAreJson() {
    for (Map.Entry<String, String> schema : reference.schemas().entrySet()) {
      Problems problems = new Problems();
      // YAML 1.2 contains JSON.
      YamlNode root =
          YamlReader.read(new TextFile(schema.getKey(), schema.getValue()), problems).orElseThrow();
      assertThat(problems.all()).isEmpty();
      assertThat(root.plain())
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
          .containsEntry("type", "object")
          .containsEntry("additionalProperties", false);
    }
    assertThat(reference.schemas().keySet())
        .containsExactly(
            "project.schema.json",
            "properties.schema.json",
            "jobs.schema.json",
            "dashboard.schema.json");
  }
}
