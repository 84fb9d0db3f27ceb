package dev.millrace.project;

import java.util.List;

/**
 * A model, seed or snapshot that {@code millrace build} makes anew, in dbt's way; nothing keeps it
 * up to date in between.
 *
 * @param name as {@code ref()} has it
 * @param kind a view, a table, a seed or a snapshot
 * @param file relative to the project folder
 * @param reads the ids of the assets that its template names, in order
 * @param description Markdown; empty if there is none
 */
public record BatchSpec(
    String name, AssetGraph.Kind kind, String file, List<String> reads, String description) {
  /** Copies the list. */
  public BatchSpec {
    reads = List.copyOf(reads);
  }
}
