package dev.millrace.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * The traffic of {@code examples/ads}, from a seed: impressions at an even rate, clicks that follow
 * one in nine of them, all in order of arrival. Event times are shuffled by up to three seconds, 2%
 * come 15 to 90 seconds late, 1% are malformed and 1% come twice (within 20 seconds). No event is
 * more than {@link #MOST_LATE} behind another one that came before it. Not thread-safe.
 */
final class AdTraffic {
  static final String IMPRESSIONS = "ads.impressions";
  static final String CLICKS = "ads.clicks";
  static final int PARTITIONS = 2;

  /** A watermark this far behind the newest event drops nothing. */
  static final Duration MOST_LATE = Duration.ofMinutes(2);

  /** Campaign of the closing events, which belong to no minute that is compared. */
  static final int CLOSING_CAMPAIGN = 9999;

  private static final long SECOND = 1_000_000;
  private static final double CLICK_SHARE = 0.116;
  private static final String[] COUNTRIES = {"DE", "FR", "NL", "PL", "ES", "IT"};
  private static final double[] COUNTRY_SHARES = {.30, .50, .62, .74, .88, 1};

  private final SplittableRandom random;
  private final long startMicros;
  private final double microsBetweenImpressions;
  private final double[] campaigns = zipf(40, 1.1);
  private final double[] users = zipf(200_000, 0.8);
  private final PriorityQueue<Pending> pending =
      new PriorityQueue<>(
          Comparator.comparingLong(Pending::arrival).thenComparingLong(Pending::number));
  private final StringBuilder text = new StringBuilder(256);
  private final int[] written = new int[2];
  private long impressions;
  private long clicks;
  private long numbers;

  private record Pending(long arrival, long number, String topic, byte[] json) {}

  /**
   * Traffic without end.
   *
   * @param seed the same seed gives the same events
   * @param start when the first one arrives
   * @param eventsPerSecond of both topics together, of event time
   */
  AdTraffic(long seed, Instant start, double eventsPerSecond) {
    this.random = new SplittableRandom(seed);
    this.startMicros = start.getEpochSecond() * SECOND + start.getNano() / 1000;
    // Duplicates and clicks come on top of the impressions.
    this.microsBetweenImpressions = SECOND * 1.01 * (1 + CLICK_SHARE) / eventsPerSecond;
  }

  /** The next event in order of arrival. */
  AdEvent next() {
    long arrival = startMicros + (long) (impressions * microsBetweenImpressions);
    Pending first = pending.peek();
    if (first != null && first.arrival <= arrival) {
      pending.remove();
      return event(first.topic, first.arrival, first.json);
    }
    impression(impressions++, arrival);
    return next();
  }

  /**
   * What ends a bounded run: for each partition two events, 30 and 31 minutes on, so that every
   * system's watermark passes all that came before.
   */
  List<AdEvent> closing(long lastArrival) {
    List<AdEvent> events = new ArrayList<>();
    for (int minutes = 30; minutes <= 31; minutes++) {
      long time = lastArrival + minutes * 60 * SECOND;
      for (int partition = 0; partition < PARTITIONS; partition++) {
        String id = "closing-" + minutes + "-" + partition;
        byte[] impression = impressionJson(id, CLOSING_CAMPAIGN, 1, "DE", "tablet", 0, time);
        byte[] click = clickJson(id + "-click", id + "-none", time);
        events.add(new AdEvent(IMPRESSIONS, partition, time, impression));
        events.add(new AdEvent(CLICKS, partition, time, click));
      }
    }
    return events;
  }

  private void impression(long number, long arrival) {
    boolean late = random.nextDouble() < 0.02;
    long shown = arrival - delay(late);
    String id = "imp-" + padded(number, 10);
    int campaign = 1 + pick(campaigns);
    int user = 1 + pick(users);
    String country = COUNTRIES[pick(COUNTRY_SHARES)];
    double draw = random.nextDouble();
    String device = draw < .62 ? "mobile" : draw < .92 ? "desktop" : "tablet";
    int cost = 500 + random.nextInt(11_500);
    byte[] json = impressionJson(id, campaign, user, country, device, cost, shown);
    publish(IMPRESSIONS, arrival, json, "campaign_id");
    if (random.nextDouble() < CLICK_SHARE) {
      double seconds = Math.min(900, 8 * Math.exp(1.2 * gaussian()));
      long clicked = shown + (long) (seconds * SECOND);
      // Lateness of an impression and of its click must not add up.
      long clickArrival = Math.max(arrival, clicked + delay(!late && random.nextDouble() < 0.02));
      publish(CLICKS, clickArrival, clickJson("clk-" + padded(clicks++, 10), id, clicked), "");
    }
  }

  private long delay(boolean late) {
    return late ? (long) (random.nextDouble(15, 90) * SECOND) : random.nextLong(3 * SECOND);
  }

  private void publish(String topic, long arrival, byte[] json, String numberField) {
    boolean malformed = random.nextDouble() < 0.01;
    pending.add(
        new Pending(arrival, numbers++, topic, malformed ? spoil(json, numberField) : json));
    if (random.nextDouble() < 0.01) {
      long again = arrival + random.nextLong(20 * SECOND);
      pending.add(
          new Pending(again, numbers++, topic, malformed ? spoil(json, numberField) : json));
    }
  }

  /** Cuts the text off, or puts a word where a number belongs, or leaves the event time out. */
  private byte[] spoil(byte[] json, String numberField) {
    String good = new String(json, StandardCharsets.UTF_8);
    int kind = random.nextInt(numberField.isEmpty() ? 2 : 3);
    String bad =
        switch (kind) {
          case 0 -> good.substring(0, good.length() / 2);
          case 1 -> good.substring(0, good.lastIndexOf(",\"")) + "}";
          default ->
              good.replaceFirst("\"" + numberField + "\":\\d+", "\"" + numberField + "\":\"none\"");
        };
    return bad.getBytes(StandardCharsets.UTF_8);
  }

  private AdEvent event(String topic, long arrival, byte[] json) {
    int partition = written[topic.equals(CLICKS) ? 1 : 0]++ % PARTITIONS;
    return new AdEvent(topic, partition, arrival, json);
  }

  byte[] impressionJson(
      String id, int campaign, int user, String country, String device, int cost, long shown) {
    text.setLength(0);
    text.append("{\"impression_id\":\"").append(id);
    text.append("\",\"campaign_id\":").append(campaign);
    text.append(",\"user_id\":\"user-").append(padded(user, 6));
    text.append("\",\"country\":\"").append(country);
    text.append("\",\"device\":\"").append(device);
    text.append("\",\"cost\":0.").append(padded(cost, 6));
    text.append(",\"shown_at\":\"").append(instant(shown)).append("\"}");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] clickJson(String id, String impression, long clicked) {
    text.setLength(0);
    text.append("{\"click_id\":\"").append(id);
    text.append("\",\"impression_id\":\"").append(impression);
    text.append("\",\"clicked_at\":\"").append(instant(clicked)).append("\"}");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Always with milliseconds: {@code 2026-01-05T00:00:00.000Z}. Finer times would be cut off by
   * some of the systems (Flink's event time has milliseconds), and the results could not be
   * compared.
   */
  private static String instant(long micros) {
    long fraction = Math.floorMod(micros, SECOND) / 1000;
    String seconds = Instant.ofEpochSecond(Math.floorDiv(micros, SECOND)).toString();
    return seconds.substring(0, seconds.length() - 1) + "." + padded(fraction, 3) + "Z";
  }

  private static String padded(long number, int digits) {
    String plain = Long.toString(number);
    return "0".repeat(Math.max(0, digits - plain.length())) + plain;
  }

  private double gaussian() {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  private int pick(double[] cumulated) {
    int found = Arrays.binarySearch(cumulated, random.nextDouble());
    return Math.min(cumulated.length - 1, found < 0 ? -found - 1 : found);
  }

  private static double[] zipf(int count, double exponent) {
    double[] cumulated = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.pow(i + 1, -exponent);
      cumulated[i] = sum;
    }
    for (int i = 0; i < count; i++) {
      cumulated[i] /= sum;
    }
    return cumulated;
  }
}
