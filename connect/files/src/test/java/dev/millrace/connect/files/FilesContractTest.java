package dev.millrace.connect.files;

import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.testing.ManualClock;
import dev.millrace.testing.SourceContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class FilesContractTest extends SourceContract {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    for (int file = 0; file < 7; file++) {
      StringBuilder text = new StringBuilder("id,name\n");
      for (int row = 0; row < 60; row++) {
        text.append(file * 100 + row).append(row % 17 == 0 ? "\n" : ",name\n");
      }
      Files.writeString(folder.resolve(file + ".csv"), text);
    }
  }

  @Override
  protected SourceConnector connector() {
    return new FilesConnector();
  }

  @Override
  protected SourceContext context(Optional<String> position) {
    return new FilesRun(folder).clock(new ManualClock(NOW)).context();
  }
}
