package dev.millrace.log;

import java.util.Map;

/**
 * A topic as it is created if it is missing.
 *
 * @param name the topic
 * @param partitions at least 1
 * @param config Kafka's settings for the topic; those left out have the cluster's defaults
 */
public record TopicDeclaration(String name, int partitions, Map<String, String> config) {
  /** Copies the map. */
  public TopicDeclaration {
    config = Map.copyOf(config);
  }

  /** A topic with the cluster's defaults. */
  public static TopicDeclaration of(String name, int partitions) {
    return new TopicDeclaration(name, partitions, Map.of());
  }
}
