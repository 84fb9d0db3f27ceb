package dev.millrace.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Strikes a broker that was killed off the cluster's metadata, before its successor starts.
 *
 * <p>Without this, Kafka 4.3 may lose the end of a transaction for ever: the successor sees itself
 * as leader at once and begins to write the markers of transactions that were being committed at
 * the kill; then its predecessor's session times out, for a moment no partition has a leader, the
 * markers are taken for those of deleted topics and skipped, and the transaction counts as
 * complete. Readers of committed records then wait at that place for ever. So the controller runs
 * alone first, with a short session timeout, until the predecessor is fenced.
 */
final class PredecessorFence {
  private static final Logger LOG = LoggerFactory.getLogger(PredecessorFence.class);
  private static final String SESSION_MS = "200";
  private static final long LIMIT_SECONDS = 60;

  private PredecessorFence() {}

  /** True if the broker that used this folder last was not stopped in order. */
  static boolean isNeeded(Path data) {
    // Kafka deletes it when it starts.
    return !Files.exists(data.resolve(".kafka_cleanshutdown"));
  }

  /** Runs the controller alone until the predecessor is fenced. */
  static void raise(Map<String, Object> settings) throws Exception {
    long begin = System.nanoTime();
    Map<String, Object> own = new HashMap<>(settings);
    own.put("broker.session.timeout.ms", SESSION_MS);
    own.put("broker.heartbeat.interval.ms", "50");
    KafkaConfig config = new KafkaConfig(own, false);
    var logDirs = KafkaRaftServer.initializeLogDirs(config, LOG, "");
    MetaPropertiesEnsemble folders = logDirs._1();
    BootstrapMetadata bootstrap = logDirs._2();
    Metrics metrics =
        Server.initializeMetrics(config, Time.SYSTEM, folders.clusterId().orElseThrow());
    QuorumConfig quorum = config.quorumConfig();
    SharedServer shared =
        new SharedServer(
            config,
            folders,
            Time.SYSTEM,
            metrics,
            CompletableFuture.completedFuture(QuorumConfig.parseVoterConnections(quorum.voters())),
            QuorumConfig.parseBootstrapServers(quorum.bootstrapServers()),
            new StandardFaultHandlerFactory(),
            ServerSocketFactory.INSTANCE);
    ControllerServer controller =
        new ControllerServer(shared, KafkaRaftServer.configSchema(), bootstrap);
    try {
      controller.startup();
      Watcher watcher = new Watcher();
      shared.loader().installPublishers(List.of(watcher)).get(LIMIT_SECONDS, TimeUnit.SECONDS);
      watcher.fenced.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } finally {
      controller.shutdown();
      controller.awaitShutdown();
      metrics.close();
    }
    LOG.info(
        "fenced the broker that was killed, in {} ms", (System.nanoTime() - begin) / 1_000_000);
  }

  /** Waits for metadata in which no broker of this node is alive. */
  private static final class Watcher implements MetadataPublisher {
    final CompletableFuture<Boolean> fenced = new CompletableFuture<>();

    @Override
    public String name() {
      return "predecessor-fence";
    }

    @Override
    public void onMetadataUpdate(
        MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
      BrokerRegistration broker = image.cluster().broker(BrokerSettings.NODE_ID);
      if (broker == null || broker.fenced()) {
        fenced.complete(true);
      }
    }
  }
}
