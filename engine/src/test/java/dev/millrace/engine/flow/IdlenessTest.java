package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.admission.Watermarks;
import dev.millrace.log.PartitionLag;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdlenessTest {
  @TempDir Path folder;

  @Test
  void aPartitionIsNotSilentWhileKafkaIsAway() throws Exception {
    try (FlowHarness flow =
        new FlowHarness(folder, Clock.systemUTC())
            .source("s", "t", "ts", Duration.ofSeconds(10), Optional.empty(), "ts TIMESTAMPTZ")
            .open()) {
      Duration idleAfter = flow.runner().sources().get(0).stream().idleAfter();
      Watermarks watermarks = flow.runner().sources().get(0).watermarks();
      AtomicLong nanos = new AtomicLong();
      Idleness idleness = new Idleness(flow.runner().sources(), nanos::get);
      List<PartitionLag> read = List.of(new PartitionLag("s.t", 0, 7, 7));

      nanos.addAndGet(idleAfter.toNanos() * 10);
      assertThat(idleness.observe(List.of(), read, false)).isFalse();
      nanos.addAndGet(idleAfter.toNanos() - 1);
      assertThat(idleness.observe(List.of(), read, true)).isFalse();
      assertThat(watermarks.isIdle(0)).isFalse();
      nanos.addAndGet(2);
      assertThat(idleness.observe(List.of(), read, true)).isTrue();
      assertThat(watermarks.isIdle(0)).isTrue();
    }
  }
}
