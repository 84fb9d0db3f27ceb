package dev.millrace.log;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Kafka's settings for one broker on one machine with little memory and few cores. */
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  /** Internal topics on a single node have one replica; one partition each is enough. */
  private static final List<String> ONE =
      List.of(
          "offsets.topic.replication.factor",
          "offsets.topic.num.partitions",
          "transaction.state.log.replication.factor",
          "transaction.state.log.min.isr",
          "transaction.state.log.num.partitions",
          "share.coordinator.state.topic.replication.factor",
          "share.coordinator.state.topic.min.isr",
          "share.coordinator.state.topic.num.partitions");

  private BrokerSettings() {}

  static Map<String, Object> of(Path data, int port, int controllerPort) {
    Map<String, Object> all = new HashMap<>();
    ONE.forEach(key -> all.put(key, "1"));
    network(all, port, controllerPort);
    all.put("log.dirs", data.toString());
    threads(all);
    retention(all);
    delays(all);
    return all;
  }

  private static void network(Map<String, Object> all, int port, int controllerPort) {
    all.put("process.roles", "broker,controller");
    all.put("node.id", Integer.toString(NODE_ID));
    all.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    all.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,%s://127.0.0.1:%d"
            .formatted(port, CONTROLLER_LISTENER, controllerPort));
    all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    all.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    all.put("controller.listener.names", CONTROLLER_LISTENER);
    all.put("inter.broker.listener.name", "PLAINTEXT");
    all.put("socket.send.buffer.bytes", "1048576");
    all.put("socket.receive.buffer.bytes", "1048576");
    // An enormous record is rejected by the stream that reads it, with its bytes kept; so it has
    // to pass the broker.
    all.put("message.max.bytes", "67108864");
    all.put("replica.fetch.max.bytes", "67108864");
    all.put("auto.create.topics.enable", "false");
    all.put("metric.reporters", "");
  }

  private static void threads(Map<String, Object> all) {
    all.put("num.network.threads", "1");
    all.put("num.io.threads", "2");
    all.put("background.threads", "2");
    all.put("num.recovery.threads.per.data.dir", "2");
    all.put("num.replica.alter.log.dirs.threads", "1");
    all.put("group.coordinator.threads", "1");
    all.put("share.coordinator.threads", "1");
    all.put("log.cleaner.threads", "1");
    // The cleaner takes 128 MB of heap by default.
    all.put("log.cleaner.dedupe.buffer.size", "2097152");
    all.put("log.cleaner.io.buffer.size", "131072");
  }

  /** A week, and at most 16 GB in each partition, whichever comes first. */
  private static void retention(Map<String, Object> all) {
    all.put("log.retention.hours", "168");
    all.put("log.retention.bytes", "17179869184");
    all.put("log.segment.bytes", "268435456");
    // Index files are allocated in full for each active segment.
    all.put("log.index.size.max.bytes", "1048576");
    all.put("metadata.log.max.record.bytes.between.snapshots", "2097152");
    all.put("metadata.max.retention.bytes", "16777216");
    all.put("metadata.log.segment.bytes", "8388608");
  }

  private static void delays(Map<String, Object> all) {
    all.put("group.initial.rebalance.delay.ms", "0");
    // A fenced broker has no leaders, and transactions that are being committed just then are
    // damaged (see PredecessorFence). So a stall of this process must not fence it.
    all.put("broker.session.timeout.ms", "60000");
    all.put("broker.heartbeat.interval.ms", "1000");
    all.put("initial.broker.registration.timeout.ms", "120000");
    all.put("controller.quorum.election.timeout.ms", "200");
    all.put("controller.quorum.election.backoff.max.ms", "100");
    // Sources commit many small transactions one after the other: the next must not wait long for
    // the markers of the last.
    all.put("add.partitions.to.txn.retry.backoff.ms", "1");
    all.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    all.put("log.initial.task.delay.ms", "30000");
  }
}
