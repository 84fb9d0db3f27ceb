package dev.millrace.dbt.context;

import dev.millrace.api.error.SourceLocation;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a template says about its node, in the order in which it says it.
 *
 * @param configCalls what {@code config()} was called with; {@code pre_hook} is {@code pre-hook}
 *     and {@code post_hook} is {@code post-hook} here
 * @param refs what {@code ref()} was called with, in hooks too
 * @param sources what {@code source()} was called with, in hooks too
 * @param macros ids of the macros that it calls itself
 * @param complete false if rendering ended with an error, so that there may be more
 */
public record ParsedNode(
    List<ConfigValue> configCalls,
    List<RefCall> refs,
    List<SourceCall> sources,
    List<String> macros,
    boolean complete) {
  /** Copies the lists. */
  public ParsedNode {
    configCalls = List.copyOf(configCalls);
    refs = List.copyOf(refs);
    sources = List.copyOf(sources);
    macros = List.copyOf(macros);
  }

  /**
   * One value of a {@code config()} call.
   *
   * @param call counts the calls, from 0
   */
  public record ConfigValue(int call, String key, @Nullable Object value, SourceLocation where) {}

  /** A call {@code ref('package', 'name', version=1)}. */
  public record RefCall(
      Optional<String> packageName, String name, Optional<String> version, SourceLocation where) {}

  /** A call {@code source('source', 'table')}. */
  public record SourceCall(String source, String table, SourceLocation where) {}
}
