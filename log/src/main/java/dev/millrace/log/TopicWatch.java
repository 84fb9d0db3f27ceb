package dev.millrace.log;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

/**
 * Notices while reading that a topic was deleted, created again or given more partitions. A
 * consumer does not say so: it would go on at the same offset of another log. Asks in the
 * background, about once a second, and never lets records through that were read more than that
 * after the last answer.
 */
final class TopicWatch {
  private static final long INTERVAL = Duration.ofSeconds(1).toNanos();
  private static final long PATIENCE_MS = 3_000;

  private final Cluster cluster;
  private final TopicAdmin admin;
  private final Map<String, Topic> topics;
  private @Nullable Map<String, KafkaFuture<TopicDescription>> asked;
  private long askedAt = System.nanoTime();
  private long confirmedAt = askedAt;

  TopicWatch(Cluster cluster, TopicAdmin admin, Map<String, Topic> topics) {
    this.cluster = cluster;
    this.admin = admin;
    this.topics = topics;
  }

  /**
   * Looks at an answer that has come and asks again when it is time; does not wait.
   *
   * @return topics that now have more partitions
   * @throws StopException if a topic is gone or another one
   */
  Map<String, Topic> look() {
    Map<String, KafkaFuture<TopicDescription>> pending = asked;
    if (pending != null) {
      return pending.values().stream().allMatch(KafkaFuture::isDone) ? conclude(pending) : Map.of();
    }
    if (System.nanoTime() - askedAt > INTERVAL) {
      ask();
    }
    return Map.of();
  }

  /**
   * Waits for an answer if the last one is too old to vouch for records read just now, as after a
   * long pause between polls.
   *
   * @throws dev.millrace.api.error.RetryException if no answer comes
   */
  Map<String, Topic> confirm() {
    if (System.nanoTime() - confirmedAt <= 2 * INTERVAL) {
      return Map.of();
    }
    Map<String, KafkaFuture<TopicDescription>> pending = asked == null ? ask() : asked;
    try {
      for (KafkaFuture<TopicDescription> future : pending.values()) {
        future.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException e) {
      // Told apart below: a topic may be missing.
    } catch (CancellationException | TimeoutException | InterruptedException e) {
      throw KafkaFailure.of(
          new org.apache.kafka.common.errors.TimeoutException(e), cluster, "describing topics");
    }
    Map<String, Topic> grown = conclude(pending);
    if (System.nanoTime() - confirmedAt > 2 * INTERVAL + PATIENCE_MS * 1_000_000) {
      throw KafkaFailure.of(
          new org.apache.kafka.common.errors.TimeoutException("no answer"),
          cluster,
          "describing topics");
    }
    return grown;
  }

  private Map<String, KafkaFuture<TopicDescription>> ask() {
    askedAt = System.nanoTime();
    Map<String, KafkaFuture<TopicDescription>> question = admin.describeAsync(topics.keySet());
    asked = question;
    return question;
  }

  private Map<String, Topic> conclude(Map<String, KafkaFuture<TopicDescription>> answer) {
    asked = null;
    Map<String, Topic> grown = new HashMap<>();
    boolean complete = true;
    for (Map.Entry<String, KafkaFuture<TopicDescription>> entry : answer.entrySet()) {
      try {
        Topic now = TopicAdmin.topic(entry.getValue().getNow(null));
        Topic before = topics.get(entry.getKey());
        if (before != null && !now.id().equals(before.id())) {
          throw stop(StartPositions.recreated(now.name()));
        }
        if (before != null && now.partitions() > before.partitions()) {
          grown.put(now.name(), now);
        }
      } catch (ExecutionException | CancellationException | InterruptedException e) {
        complete = false;
        if (TopicAdmin.isMissing(e.getCause())) {
          throw stop(StartPositions.missing(entry.getKey()));
        }
      }
    }
    if (complete) {
      confirmedAt = askedAt;
    }
    return grown;
  }

  private static MillraceException stop(Problem problem) {
    return new StopException(problem, null);
  }
}
