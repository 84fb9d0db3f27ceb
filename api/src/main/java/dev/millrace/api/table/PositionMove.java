package dev.millrace.api.table;

import dev.millrace.api.connect.SinkPosition;
import org.jspecify.annotations.Nullable;

/**
 * The step of a writer's position that is committed with its rows. The commit fails with a {@link
 * dev.millrace.api.error.RetryException} if the table holds another position than expected: then
 * somebody else has written.
 *
 * @param writer who writes, such as {@code project/sink}
 * @param expected the position before; null if there is none
 * @param next the position after; null to forget it
 */
public record PositionMove(
    String writer, @Nullable SinkPosition expected, @Nullable SinkPosition next) {}
