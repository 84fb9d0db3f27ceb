package dev.millrace.server;

import dev.millrace.api.connect.SourceActivity;
import dev.millrace.engine.Instance;
import dev.millrace.engine.Status;
import dev.millrace.orchestrate.Jobs;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The instance's status in Prometheus' text format; one snapshot for each scrape. */
final class Metrics implements AutoCloseable {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final double NANOS = 1e9;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final Instance instance;

  /** Sources whose files are told, which is known once they run. */
  private final Set<String> ofFiles = new HashSet<>();

  private volatile Status status;

  Metrics(Instance instance, Optional<Jobs> jobs) {
    this.instance = instance;
    jobs.ifPresent(j -> new JobMetrics(j).bindTo(registry));
    status = instance.status();
    List<MeterBinder> machine =
        List.of(
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics(),
            garbage);
    machine.forEach(binder -> binder.bindTo(registry));
    gauge("millrace.store.size.bytes", "size of the store on disk", s -> s.storeBytes());
    counter(
        "millrace.batches", "committed batches", Tags.empty(), s -> (double) s.batches().count());
    batch("0.5", s -> s.batches().p50());
    batch("0.99", s -> s.batches().p99());
    status.sources().forEach(s -> source(s.id()));
    status.streams().forEach(s -> stream(s.id()));
    status.sinks().forEach(s -> sink(s.id()));
  }

  synchronized String scrape() {
    status = instance.status();
    status.sources().stream()
        .filter(s -> s.activity().isPresent())
        .map(Metrics::source)
        .filter(ofFiles::add)
        .forEach(this::files);
    return registry.scrape();
  }

  /** The source that has the stream. */
  private static String source(Status.SourceStatus stream) {
    return stream.id().substring(0, stream.id().lastIndexOf('.'));
  }

  private void files(String source) {
    Tags tags = Tags.of("source", source);
    Function<Status, SourceActivity> of =
        s ->
            s.sources().stream()
                .filter(x -> source(x).equals(source))
                .findFirst()
                .flatMap(Status.SourceStatus::activity)
                .orElseThrow();
    counter("millrace.files.read", "files that were read", tags, s -> of.apply(s).tally().read());
    counter("millrace.files.bytes", "bytes, unpacked", tags, s -> of.apply(s).tally().bytes());
    counter("millrace.files.rejected.rows", "bad rows", tags, s -> of.apply(s).tally().rejected());
    counter(
        "millrace.files.quarantined",
        "files that were put aside",
        tags,
        s -> of.apply(s).tally().quarantined());
    gauge("millrace.files.waiting", "files to be read", tags, s -> of.apply(s).waiting());
    gauge(
        "millrace.files.oldest.waiting.seconds",
        "the clock minus the time of the oldest file to be read",
        tags,
        s -> age(s.at(), of.apply(s).oldestWaiting()));
    gauge("millrace.files.failed", "files that cannot be read", tags, s -> of.apply(s).failed());
    gauge(
        "millrace.files.refused",
        "files that could not be deleted, moved or renamed",
        tags,
        s -> of.apply(s).refused());
  }

  private static double age(Instant now, Optional<Instant> time) {
    return time.map(t -> Math.max(0, Duration.between(t, now).toNanos() / NANOS)).orElse(0.0);
  }

  private void source(String id) {
    Tags tags = Tags.of("source", id);
    Function<Status, Status.SourceStatus> of =
        s -> s.sources().stream().filter(x -> x.id().equals(id)).findFirst().orElseThrow();
    counter("millrace.source.rows", "rows admitted", tags, s -> of.apply(s).rows());
    counter("millrace.source.late", "rows behind the watermark", tags, s -> of.apply(s).late());
    counter("millrace.source.rejected", "rows set aside", tags, s -> of.apply(s).rejected());
    counter("millrace.source.duplicates", "repeats dropped", tags, s -> of.apply(s).duplicates());
    gauge("millrace.source.lag.records", "records not read yet", tags, s -> of.apply(s).lag());
    gauge(
        "millrace.source.watermark.delay.seconds",
        "the clock minus the watermark",
        tags,
        s -> of.apply(s).watermarkDelay().map(d -> d.toNanos() / NANOS).orElse(Double.NaN));
    health("source", id, s -> of.apply(s).health());
  }

  private void stream(String id) {
    Function<Status, Status.StreamStatus> of =
        s -> s.streams().stream().filter(x -> x.id().equals(id)).findFirst().orElseThrow();
    counter(
        "millrace.stream.changes",
        "rows that appeared or were taken back",
        Tags.of("stream", id),
        s -> of.apply(s).changes());
    health("stream", id, s -> of.apply(s).health());
  }

  private void sink(String id) {
    Tags tags = Tags.of("sink", id);
    Function<Status, Status.SinkStatus> of =
        s -> s.sinks().stream().filter(x -> x.id().equals(id)).findFirst().orElseThrow();
    counter("millrace.sink.sequence", "last number delivered", tags, s -> of.apply(s).delivered());
    gauge("millrace.sink.pending.changes", "not delivered", tags, s -> of.apply(s).pending());
    gauge(
        "millrace.sink.delay.seconds",
        "age of the oldest undelivered change",
        tags,
        s -> of.apply(s).delay().toNanos() / NANOS);
    health("sink", id, s -> of.apply(s).health());
  }

  private void health(String kind, String id, Function<Status, Status.Health> of) {
    for (Status.Health health : Status.Health.values()) {
      Tags tags = Tags.of("kind", kind, "asset", id, "state", health.name());
      gauge(
          "millrace.health", "1 for the state it is in", tags, s -> of.apply(s) == health ? 1 : 0);
    }
  }

  private void batch(String quantile, Function<Status, Duration> of) {
    gauge(
        "millrace.batch.duration.seconds",
        "batches of the last minute",
        Tags.of("quantile", quantile),
        s -> of.apply(s).toNanos() / NANOS);
  }

  private void gauge(String name, String text, ToDoubleFunction<Status> value) {
    gauge(name, text, Tags.empty(), value);
  }

  private void gauge(String name, String text, Tags tags, ToDoubleFunction<Status> value) {
    Gauge.builder(name, this, m -> value.applyAsDouble(m.status))
        .description(text)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private void counter(String name, String text, Tags tags, ToDoubleFunction<Status> value) {
    FunctionCounter.builder(name, this, m -> value.applyAsDouble(m.status))
        .description(text)
        .tags(tags)
        .register(registry);
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
