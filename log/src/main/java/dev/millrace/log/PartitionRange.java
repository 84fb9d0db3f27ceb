package dev.millrace.log;

/**
 * What a partition holds.
 *
 * @param topic the topic
 * @param partition from 0
 * @param begin the offset of its oldest record
 * @param end the offset behind its newest committed record
 */
public record PartitionRange(String topic, int partition, long begin, long end) {}
