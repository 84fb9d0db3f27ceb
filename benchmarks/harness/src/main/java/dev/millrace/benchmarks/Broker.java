package dev.millrace.benchmarks;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A Kafka broker in a process of its own, the same for all that is measured. Arguments: data
 * folder, port, controller's port. Prints {@code @ready}, and stops when its standard input ends,
 * so it never outlives who started it.
 */
final class Broker {
  private Broker() {}

  /** Runs until standard input ends. */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    KafkaRaftServer server = start(folder, args[1], args[2]);
    System.out.println("@ready " + System.currentTimeMillis());
    while (System.in.read() >= 0) {
      // Nothing is said on it; only its end matters.
    }
    server.shutdown();
    server.awaitShutdown();
  }

  private static KafkaRaftServer start(Path folder, String port, String controllerPort)
      throws Exception {
    Files.createDirectories(folder);
    if (!Files.exists(folder.resolve("meta.properties"))) {
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(1)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(folder.toString())
          .addDirectory(folder.toString())
          .run();
    }
    Map<String, Object> options = new HashMap<>();
    options.put("process.roles", "broker,controller");
    options.put("node.id", "1");
    options.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    options.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    options.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    options.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    options.put("controller.listener.names", "CONTROLLER");
    options.put("inter.broker.listener.name", "PLAINTEXT");
    options.put("log.dirs", folder.toString());
    options.put("auto.create.topics.enable", "false");
    options.put("log.retention.ms", "-1");
    options.put("log.retention.bytes", "-1");
    options.put("log.retention.check.interval.ms", "5000");
    options.put("log.segment.bytes", "134217728");
    options.put("log.segment.delete.delay.ms", "1000");
    for (String one :
        List.of(
            "offsets.topic.replication.factor",
            "offsets.topic.num.partitions",
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr",
            "transaction.state.log.num.partitions",
            "share.coordinator.state.topic.replication.factor",
            "share.coordinator.state.topic.min.isr")) {
      options.put(one, "1");
    }
    options.put("group.initial.rebalance.delay.ms", "0");
    options.put("log.cleaner.dedupe.buffer.size", "2097152");
    options.put("broker.session.timeout.ms", "1500");
    options.put("broker.heartbeat.interval.ms", "300");
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(options, false), Time.SYSTEM);
    server.startup();
    return server;
  }
}
