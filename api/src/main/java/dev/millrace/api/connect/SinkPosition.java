package dev.millrace.api.connect;

/**
 * What a target says it has.
 *
 * @param epoch the store whose outbox was delivered
 * @param sequence the last sequence number applied
 */
public record SinkPosition(String epoch, long sequence) {}
