package dev.millrace.api.job;

import java.time.Instant;
import java.util.Optional;

/**
 * A job as people see it in a list.
 *
 * @param job its name
 * @param description what it is for; may be empty
 * @param schedule when it is due, in words; empty if only when somebody asks
 * @param command what it does
 * @param paused whether it waits to be resumed
 * @param nextDue when it is due next
 */
public record JobListing(
    String job,
    String description,
    String schedule,
    String command,
    boolean paused,
    Optional<Instant> nextDue) {}
