package dev.millrace.engine;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.Status.BatchStatus;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SinkStatus;
import dev.millrace.engine.Status.SourceStatus;
import dev.millrace.engine.Status.StreamStatus;
import dev.millrace.engine.Status.SystemStatus;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.delivery.Delivery;
import dev.millrace.engine.flow.Flow;
import dev.millrace.engine.flow.Progress;
import dev.millrace.engine.flow.StreamRun;
import dev.millrace.engine.store.Instants;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.SourceRunner;
import dev.millrace.log.SourceState;
import dev.millrace.sql.StateTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes {@link Status} from the counters of flows and deliveries. Thread-safe. */
final class StatusBoard {
  private final Instant startedAt;
  private final Clock clock;
  private final Rates rates = new Rates();

  StatusBoard(Instant startedAt, Clock clock) {
    this.startedAt = startedAt;
    this.clock = clock;
  }

  Status status(
      List<Flow> flows,
      List<Delivery> deliveries,
      Map<String, SourceRunner> runners,
      long storeBytes,
      List<SystemStatus> systems) {
    Instant now = clock.instant();
    List<SourceStatus> sources = new ArrayList<>();
    List<StreamStatus> streams = new ArrayList<>();
    List<Duration> durations = new ArrayList<>();
    long batches = 0;
    for (Flow flow : flows) {
      flow.runner().sources().forEach(s -> sources.add(source(flow, s, runners, now)));
      flow.runner().streams().forEach(s -> streams.add(stream(flow, s)));
      durations.addAll(flow.runner().recentBatches());
      batches += flow.runner().batches();
    }
    durations.sort(null);
    List<SinkStatus> sinks = deliveries.stream().map(d -> sink(d, now)).toList();
    return new Status(
        now,
        startedAt,
        sources,
        streams,
        sinks,
        new BatchStatus(batches, percentile(durations, 0.5), percentile(durations, 0.99)),
        storeBytes,
        systems);
  }

  private static Duration percentile(List<Duration> sorted, double share) {
    return sorted.isEmpty()
        ? Duration.ZERO
        : sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * share));
  }

  private SourceStatus source(
      Flow flow, Admission source, Map<String, SourceRunner> runners, Instant now) {
    String id = source.stream().qualifiedName();
    Progress.Counts counts = flow.runner().counts(id);
    Optional<Instant> watermark = source.watermarks().instant();
    long lag =
        flow.health().lag().stream()
            .filter(l -> l.topic().equals(source.stream().topic()))
            .mapToLong(PartitionLag::offsets)
            .sum();
    Health health = flow.health().state();
    Optional<Problem> reason = flow.health().problem();
    SourceRunner runner = runners.get(source.stream().source());
    if (runner != null && reason.isEmpty() && !runner.state().problems().isEmpty()) {
      SourceState state = runner.state();
      reason = Optional.of(state.problems().get(0));
      health = state.status() == SourceState.Status.FAILED ? Health.STOPPED : Health.RETRYING;
    }
    return new SourceStatus(
        id,
        health,
        reason,
        rates.perSecond("source " + id, counts.rows()),
        counts.rows(),
        lag,
        watermark,
        watermark.map(w -> Duration.between(w, now)),
        counts.late(),
        counts.rejected(),
        counts.duplicates(),
        runner == null ? Optional.empty() : runner.state().activity());
  }

  private StreamStatus stream(Flow flow, StreamRun stream) {
    boolean filling = stream.isFilling();
    Health health =
        stream.stopped().isPresent()
            ? Health.STOPPED
            : filling ? Health.PAUSED : flow.health().state();
    return new StreamStatus(
        stream.model().name(),
        health,
        stream.stopped().or(() -> filling ? stream.fillProgress() : flow.health().problem()),
        rates.perSecond("stream " + stream.model().name(), stream.changes()),
        stream.changes(),
        stream.program().states().stream().allMatch(StateTable::bounded));
  }

  private SinkStatus sink(Delivery delivery, Instant now) {
    Duration delay =
        delivery
            .oldestPendingMicros()
            .map(m -> Duration.between(Instants.of(m), now))
            .orElse(Duration.ZERO);
    return new SinkStatus(
        delivery.outbox().sink().name(),
        delivery.health(),
        delivery.reason(),
        delivery.outbox().delivered(),
        delivery.outbox().pending(),
        delay.isNegative() ? Duration.ZERO : delay,
        rates.perSecond("sink " + delivery.outbox().sink().name(), delivery.rows()));
  }
}
