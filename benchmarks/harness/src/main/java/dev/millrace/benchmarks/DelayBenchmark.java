package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The time from an event to its result in a query. Traffic is written at a fixed rate; among it, a
 * hundred times a second, an impression of a campaign that no other event has, so that one event
 * can be told by its result. A query over HTTP asks for such campaigns again and again; an event's
 * delay is from before it is handed to the Kafka producer until a query's answer that holds its
 * campaign has arrived.
 */
final class DelayBenchmark {
  private static final int FIRST_PROBE = 1_000_000;
  private static final long PROBE_EVERY_NANOS = 10_000_000;

  /** Asking without a pause would take the processor from what is measured. */
  private static final long POLL_NANOS = 20_000_000;

  private static final Duration WARM_UP = Duration.ofSeconds(20);

  private final Workplace place;
  private final long rate;
  private final Duration time;
  private final ConcurrentSkipListMap<Integer, Long> open = new ConcurrentSkipListMap<>();
  private volatile long sent;
  private volatile double sendingSeconds;

  DelayBenchmark(Workplace place, long rate, Duration time) {
    this.place = place;
    this.rate = rate;
    this.time = time;
  }

  void run() throws Exception {
    Path folder = place.runs().resolve("delay");
    Folders.delete(folder);
    Files.createDirectories(folder);
    Path project = folder.resolve("project");
    try (AdTopics topics = AdTopics.empty(place, "delay")) {
      AdsProject.query(place, project, topics.servers(), "10 seconds");
      try (MillraceProcess millrace =
          MillraceProcess.run(
              place, "delay", project, List.of("--target", "benchmark"), Map.of())) {
        awaitAnswers(millrace);
        measure(topics, millrace);
      }
    }
  }

  private static void awaitAnswers(MillraceProcess millrace) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (millrace.query("SELECT count(*) FROM campaign_minutes").isEmpty()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("millrace answers no query; see its log");
      }
      Thread.sleep(50);
    }
  }

  private void measure(AdTopics topics, MillraceProcess millrace) throws Exception {
    Thread sender = new Thread(() -> send(topics), "sender");
    sender.start();
    List<Double> delays = new ArrayList<>();
    long start = System.nanoTime();
    long warm = start + WARM_UP.toNanos();
    long grace = start + WARM_UP.toNanos() + time.toNanos() + Duration.ofSeconds(10).toNanos();
    while (sender.isAlive() || !open.isEmpty() && System.nanoTime() < grace) {
      Integer lowest = open.isEmpty() ? FIRST_PROBE : open.firstKey();
      Optional<JsonNode> rows =
          millrace.query(
              "SELECT DISTINCT campaign_id FROM campaign_minutes WHERE campaign_id >= " + lowest);
      long now = System.nanoTime();
      for (JsonNode row : rows.orElseThrow(() -> new IllegalStateException("a query failed"))) {
        Long sentAt = open.remove(row.path(0).asInt());
        if (sentAt != null && sentAt >= warm) {
          delays.add((now - sentAt) / 1e6);
        }
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    report(delays, millrace.process().memory());
  }

  private void send(AdTopics topics) {
    long total = WARM_UP.plus(time).toNanos();
    long start = System.nanoTime();
    AdTraffic traffic = new AdTraffic(7, Instant.now(), rate);
    long startMicros = micros(Instant.now());
    int probe = FIRST_PROBE;
    long count = 0;
    try (KafkaProducer<byte[], byte[]> producer = topics.producer(0)) {
      AdEvent event = traffic.next();
      long now = System.nanoTime();
      while (now - start < total) {
        long clock = startMicros + (now - start) / 1000;
        while (event.arrivalMicros() <= clock) {
          producer.send(new ProducerRecord<>(event.topic(), event.partition(), null, event.json()));
          event = traffic.next();
          count++;
        }
        if (now - start >= (probe - FIRST_PROBE) * PROBE_EVERY_NANOS) {
          sendProbe(producer, probe++);
          count++;
        }
        LockSupport.parkNanos(200_000);
        now = System.nanoTime();
      }
    }
    sent = count;
    sendingSeconds = (System.nanoTime() - start) / 1e9;
  }

  private void sendProbe(KafkaProducer<byte[], byte[]> producer, int campaign) {
    String json =
        """
        {"impression_id":"probe-%d","campaign_id":%d,"user_id":"user-000001","country":"DE",\
        "device":"mobile","cost":0.001000,"shown_at":"%s"}"""
            .formatted(
                campaign,
                campaign,
                Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
    open.put(campaign, System.nanoTime());
    producer.send(
        new ProducerRecord<>(
            AdTraffic.IMPRESSIONS,
            campaign % AdTraffic.PARTITIONS,
            null,
            json.getBytes(StandardCharsets.UTF_8)));
  }

  private static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
  }

  private void report(List<Double> delays, ProcessTree memory) throws Exception {
    Figures figures = new Figures(delays);
    double events = sent / sendingSeconds;
    String text =
        String.format(
            Locale.ROOT,
            """
            %,.0f events/s for %d s after %d s of warm-up, %,d of them timed, from the event to an \
            answer of `/api/query` that holds it; %d never came. Peak memory of Millrace %,d MB.

            | | p50 | p90 | p99 | p99.9 | max |
            |---|---|---|---|---|---|
            | delay, ms | %.1f | %.1f | %.1f | %.1f | %.1f |

            Bar: p99 under 100 ms at 20,000 events/s: %s.
            """,
            events,
            time.toSeconds(),
            WARM_UP.toSeconds(),
            figures.count(),
            open.size(),
            memory.peakBytes() >> 20,
            figures.median(),
            figures.quantile(.9),
            figures.quantile(.99),
            figures.quantile(.999),
            figures.max(),
            figures.quantile(.99) < 100 && open.isEmpty() ? "met" : "**missed**");
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("events_per_second", events);
    json.put("timed", figures.count());
    json.put("lost", open.size());
    json.put("p50_ms", figures.median());
    json.put("p90_ms", figures.quantile(.9));
    json.put("p99_ms", figures.quantile(.99));
    json.put("p999_ms", figures.quantile(.999));
    json.put("max_ms", figures.max());
    json.put("peak_bytes", memory.peakBytes());
    new Results(place, "delay").write("From event to result", text, json);
  }
}
