package dev.millrace.server.run;

import dev.millrace.project.Project;
import java.util.OptionalInt;

/**
 * How a project is run.
 *
 * @param project loaded and checked
 * @param port of the page; empty for the first free one
 * @param fresh whether to forget the store and build it again from the topics
 * @param replaceSinks whether targets that know another store may be emptied and filled again
 * @param memoryBytes the cap of the store's memory
 */
public record RunOptions(
    Project project, OptionalInt port, boolean fresh, boolean replaceSinks, long memoryBytes) {}
