package dev.millrace.orchestrate;

import dev.millrace.project.JobSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a job is.
 *
 * @param spec as jobs.yml has it
 * @param paused whether it waits to be resumed
 * @param nextDue when it is due next
 * @param last its newest run that was not skipped
 * @param recent its newest runs that were not skipped, the newest at the end
 * @param lastSuccess when a run last succeeded
 * @param succeeded how many runs have
 * @param failed how many runs have failed for good
 * @param took how long all of them took together
 */
public record JobStatus(
    JobSpec spec,
    boolean paused,
    Optional<Instant> nextDue,
    Optional<JobRun> last,
    List<JobRun> recent,
    Optional<Instant> lastSuccess,
    long succeeded,
    long failed,
    Duration took) {}
