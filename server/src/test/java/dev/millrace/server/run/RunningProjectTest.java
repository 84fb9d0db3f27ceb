package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.EmbeddedError;
import dev.millrace.engine.Status.Health;
import dev.millrace.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run from its beginning to its end, and ends before its beginning is over. */
class RunningProjectTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration TICK = Duration.ofMillis(2);

  @TempDir Path folder;
  private final Connectors connectors = new Connectors();

  private static RunningProject begin(Project project) {
    return RunningProject.begin(
        new RunOptions(project, OptionalInt.empty(), false, false, 256L << 20), line -> {});
  }

  private void open(RunningProject running, Project project) {
    running.open(SmallShop.compile(project, connectors), connectors, line -> {});
  }

  private boolean postgresHas(String sign) throws IOException {
    Path postgres = folder.resolve(".millrace/postgres");
    try (Stream<Path> files = Files.list(postgres)) {
      return Files.exists(postgres.resolve(sign))
          || files.anyMatch(f -> f.getFileName().toString().startsWith(sign));
    }
  }

  private static long children() {
    return ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).count();
  }

  @Test
  void canBeClosedWhileSystemsStartAndBeginsAgain() throws Exception {
    Project project = new SmallShop(folder).load(connectors);
    // What PostgreSQL leaves in its folder while it is unpacked, made and started.
    for (String sign : List.of("", "data.new-", "data/postmaster.pid")) {
      RunningProject running = begin(project);
      Awaitility.await().pollInterval(TICK).atMost(LIMIT).until(() -> postgresHas(sign));
      running.close();
      Awaitility.await().atMost(LIMIT).until(() -> children() == 0);
      assertThat(running.faults()).as(sign).isEmpty();
    }
    try (RunningProject running = begin(project)) {
      open(running, project);
      Awaitility.await().atMost(LIMIT).until(() -> running.engine().isDone());
      assertThat(running.engine().status().systems()).allMatch(s -> s.health() == Health.OK);
      assertThat(running.engine().status().sinks().get(0).delivered()).isEqualTo(SmallShop.ORDERS);
    }
    Awaitility.await().atMost(LIMIT).until(() -> children() == 0);
  }

  /** As when a view of the lake waits for HDFS. */
  @Test
  void whoWaitsForASystemWaitsNoLongerThanItRuns() throws Exception {
    Project project = new SmallShop(folder).load(connectors);
    try (EmbeddedSystems systems =
        new EmbeddedSystems(project, DataFolder.open(folder), system -> true)) {
      systems.release();
      assertThatThrownBy(systems::awaitOthers)
          .isInstanceOf(StopException.class)
          .hasMessageContaining("stopped before its systems ran");
      assertThat(systems.faults()).isEmpty();
    }
    Awaitility.await().atMost(LIMIT).until(() -> children() == 0);
  }

  @Test
  void aSystemThatDoesNotStartIsAFault() throws Exception {
    Project project = new SmallShop(folder).load(connectors);
    Path data = Files.createDirectories(folder.resolve(".millrace/postgres/data"));
    Files.writeString(data.resolve("PG_VERSION"), "9\n");
    try (RunningProject running = begin(project)) {
      open(running, project);
      Awaitility.await().atMost(LIMIT).until(() -> !running.faults().isEmpty());
      assertThat(running.faults().get(0).code()).isEqualTo(EmbeddedError.DATA_FOLDER_VERSION);
      assertThat(running.engine().isDone()).isFalse();
    }
  }
}
