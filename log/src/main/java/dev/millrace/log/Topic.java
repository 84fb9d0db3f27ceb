package dev.millrace.log;

/**
 * A topic that exists.
 *
 * @param name the topic
 * @param id given by Kafka when the topic was created; another one after it was deleted and created
 *     again
 * @param partitions how many it has
 */
public record Topic(String name, String id, int partitions) {}
