package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.project.Reference;
import dev.millrace.server.run.Connectors;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The manual's generated part is what the declarations say. */
class ManualTest {
  private static final Path REFERENCE = Path.of("..", "docs", "reference.md");

  @Test
  void referenceIsGenerated() throws Exception {
    String generated = new Reference(new Connectors().all()).markdown();
    if (Boolean.getBoolean("millrace.accept")) {
      Files.writeString(REFERENCE, generated);
    }
    assertThat(Files.readString(REFERENCE))
        .as(
            "docs/reference.md is not what the option declarations say; run with -Dmillrace.accept=true")
        .isEqualTo(generated);
  }
}
