package dev.millrace.dbt.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.NodeType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A large project loads in less than a second once the JVM is warm. It is the time of the processor
 * that counts, so that other work on the machine does not; loading has one thread.
 */
@Tag("slow")
class LoadTimeTest {
  private static final int MODELS = 1_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Test
  void aThousandModelsTakeLessThanASecond(@TempDir Path folder) throws IOException {
    GeneratedProject.write(folder, MODELS);
    Duration best = Duration.ofDays(1);
    for (int i = 0; i < 12; i++) {
      Problems problems = new Problems();
      long start = THREADS.getCurrentThreadCpuTime();
      LoadedProject project = DbtProjects.load(folder, LoadSetting.of(Map.of()), problems);
      Duration time = Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - start);
      best = time.compareTo(best) < 0 ? time : best;
      assertEquals(List.of(), problems.all());
      assertEquals(
          MODELS,
          project.manifest().nodes().values().stream()
              .filter(n -> n.type() == NodeType.MODEL)
              .count());
      assertEquals(
          3 * MODELS,
          project.manifest().nodes().values().stream()
              .filter(n -> n.type() == NodeType.TEST)
              .count());
    }
    System.out.println("1,000 models load in " + best.toMillis() + " ms");
    assertTrue(best.compareTo(Duration.ofSeconds(1)) < 0, "loading took " + best);
  }
}
