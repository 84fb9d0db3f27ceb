package dev.millrace.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** One broker for all tests that do not stop it; it ends with the process. */
final class SharedBroker {
  private static final Path FOLDER = folder();
  private static final EmbeddedBroker BROKER = EmbeddedBroker.start(FOLDER, 0);

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(SharedBroker::stop));
  }

  private SharedBroker() {}

  static Cluster cluster() {
    return BROKER.cluster();
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("millrace-log-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void stop() {
    BROKER.close();
    try (var files = Files.walk(FOLDER)) {
      files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
