package dev.millrace.log;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * How to reach a Kafka cluster: {@link KafkaSystem#cluster} makes it from a target's options,
 * {@link EmbeddedBroker#cluster()} from the broker in this process. Immutable.
 */
public final class Cluster {
  private final String url;
  private final Map<String, String> properties;

  Cluster(String url, Map<String, String> properties) {
    this.url = url;
    this.properties = Map.copyOf(properties);
  }

  /**
   * A cluster without security.
   *
   * @param url brokers as {@code host:port}, separated by commas
   */
  public static Cluster of(String url) {
    return new Cluster(url, Map.of());
  }

  /** The brokers as {@code host:port}, separated by commas; without credentials. */
  public String url() {
    return url;
  }

  /** The properties that every Kafka client of this cluster needs. They hold secrets. */
  public Map<String, Object> clientProperties(String clientId) {
    Map<String, Object> all = new HashMap<>();
    all.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    // Neither JMX beans nor telemetry subscriptions: Millrace publishes its own metrics.
    all.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, "false");
    all.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, "50");
    all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "2000");
    all.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, "5000");
    all.putAll(properties);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, url);
    return all;
  }

  /** The address; never a credential. */
  @Override
  public String toString() {
    return url;
  }
}
