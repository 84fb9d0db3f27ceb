package dev.millrace.project;

import java.util.List;

/**
 * Which asset reads which.
 *
 * @param assets each after those it reads; only a source may come before the sinks that write its
 *     topic
 * @param edges from the asset that is read to the asset that reads
 */
public record AssetGraph(List<Asset> assets, List<Edge> edges) {
  /** Copies the lists. */
  public AssetGraph {
    assets = List.copyOf(assets);
    edges = List.copyOf(edges);
  }

  /**
   * One node: {@code id} is {@code source.stream}, a model's name, {@code sink:name} or {@code
   * dashboard:name}.
   */
  public record Asset(String id, String name, Kind kind, String file) {}

  /** {@code to} reads {@code from}; both are asset ids. */
  public record Edge(String from, String to) {}

  /** What an asset is. */
  public enum Kind {
    /** A stream of a source. */
    SOURCE,
    /** A stream model. */
    STREAM,
    /** A model that is inlined. */
    EPHEMERAL,
    /** A view. */
    VIEW,
    /** A table of a model that {@code millrace build} makes. */
    TABLE,
    /** A table from a CSV file. */
    SEED,
    /** A table of what rows were, and when. */
    SNAPSHOT,
    /** A sink. */
    SINK,
    /** A dashboard. */
    DASHBOARD
  }
}
