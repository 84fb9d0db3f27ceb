package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.admission.Watermarks;
import dev.millrace.log.PartitionLag;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
      assertThat(idleness.observe(taken(read, nanos.get()), false)).isFalse();
      nanos.addAndGet(idleAfter.toNanos() - 1);
      assertThat(idleness.observe(taken(read, nanos.get()), true)).isFalse();
      assertThat(watermarks.isIdle(0)).isFalse();
      nanos.addAndGet(2);
      assertThat(idleness.observe(taken(read, nanos.get()), true)).isTrue();
      assertThat(watermarks.isIdle(0)).isTrue();
    }
  }

  private static Intake.Taken taken(List<PartitionLag> lag, long heardUntil) {
    return new Intake.Taken(List.of(), List.of(), lag, null, Set.of(), 0, heardUntil);
  }

  @Test
  void aPartitionIsNotSilentWhileNobodyListens() throws Exception {
    try (FlowHarness flow =
        new FlowHarness(folder, Clock.systemUTC())
            .source("s", "t", "ts", Duration.ofSeconds(10), Optional.empty(), "ts TIMESTAMPTZ")
            .open()) {
      Duration idleAfter = flow.runner().sources().get(0).stream().idleAfter();
      AtomicLong nanos = new AtomicLong();
      Idleness idleness = new Idleness(flow.runner().sources(), nanos::get);
      List<PartitionLag> read = List.of(new PartitionLag("s.t", 0, 7, 7));

      nanos.addAndGet(idleAfter.toNanos() * 10);
      assertThat(idleness.observe(taken(read, idleAfter.toNanos() - 1), true)).isFalse();
      Intake.Taken afterABreak =
          new Intake.Taken(
              List.of(), List.of(), read, null, Set.of(), nanos.get() - 1, nanos.get());
      assertThat(idleness.observe(afterABreak, true)).isFalse();
    }
  }
}
