package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;

/**
 * A system that a target connects to.
 *
 * @param name as sinks and sources refer to it
 * @param type {@code kafka}, or a connector's name such as {@code postgres}
 * @param embedded true if Millrace starts the real thing itself
 * @param options checked against the connector's system options; where {@code embedded}, without an
 *     address
 * @param where its place in {@code millrace.yml}
 */
public record SystemSpec(
    String name, String type, boolean embedded, Options options, SourceLocation where) {}
