package dev.millrace.benchmarks;

/**
 * One record of a topic.
 *
 * @param topic {@link AdTraffic#IMPRESSIONS} or {@link AdTraffic#CLICKS}
 * @param partition where it goes, 0 or 1
 * @param arrivalMicros when it is written, microseconds since 1970; never falls from one event to
 *     the next
 * @param json its value, UTF-8; not always JSON, for some are malformed
 */
record AdEvent(String topic, int partition, long arrivalMicros, byte[] json) {}
