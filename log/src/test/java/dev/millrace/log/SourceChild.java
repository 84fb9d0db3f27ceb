package dev.millrace.log;

import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * A process that a test kills: runs a counting source to its end, against a broker at an address or
 * with one of its own in a folder.
 */
final class SourceChild {
  private SourceChild() {}

  public static void main(String[] args) {
    long total = Long.parseLong(args[2]);
    if (args[0].contains(":")) {
      run(Cluster.of(args[0]), args[1], total);
    } else {
      try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]), 0)) {
        System.out.println("broker is up");
        run(broker.cluster(), args[1], total);
      }
    }
  }

  private static void run(Cluster cluster, String topic, long total) {
    CountingSource.Counter counter = new CountingSource.Counter(total, 5, 0);
    try (SourceRunner runner =
        SourceRunner.start(cluster, CountingSource.task(cluster, topic, counter))) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> Records.isOver(runner));
      System.out.println(runner.state());
      if (runner.state().status() != SourceState.Status.ENDED) {
        System.exit(3);
      }
    }
  }
}
