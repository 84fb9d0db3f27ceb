package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One SELECT, rendered.
 *
 * @param name the file's name without {@code .sql}
 * @param file relative to the project folder
 * @param materialization how it lives
 * @param emit when a stream's rows are published
 * @param retain how long a stream's rows are kept behind the watermark; empty means for ever
 * @param sql the rendered SELECT, with ephemeral models as common table expressions; reads a model
 *     as {@code "name"} and a stream of a source as {@code "source"."stream"}
 * @param reads the assets it reads after inlining: model names, and {@code source.stream}
 * @param config every key of its configuration
 * @param description Markdown; empty if there is none
 * @param columnDescriptions by column name
 * @param sourceMap finds the place in the file for a place in {@code sql}
 */
public record ModelSpec(
    String name,
    String file,
    Materialization materialization,
    Emit emit,
    Optional<Duration> retain,
    String sql,
    List<String> reads,
    Map<String, Object> config,
    String description,
    Map<String, String> columnDescriptions,
    SourceMap sourceMap) {
  /** What {@code lookup} says of tables whose later changes change no row. */
  public static final String AS_OF_PROCESSING = "as_of_processing";

  /** Copies the lists and maps. */
  public ModelSpec {
    reads = List.copyOf(reads);
    config = Map.copyOf(config);
    columnDescriptions = Map.copyOf(columnDescriptions);
  }

  /** True if a table that it reads is joined as it is when a row is processed. */
  public boolean isAsOfProcessing(String table) {
    return config.get("lookup") instanceof Map<?, ?> lookup
        && AS_OF_PROCESSING.equals(lookup.get(table));
  }

  /** How a model lives. */
  public enum Materialization {
    /** Kept up to date continuously. */
    STREAM,
    /** Inlined into the models that read it. */
    EPHEMERAL,
    /** A view of the store. */
    VIEW,
    /** A table that {@code millrace build} replaces. */
    TABLE,
    /** A table to which {@code millrace build} adds what is new. */
    INCREMENTAL;

    /** True if {@code millrace build} makes it, and nothing keeps it up to date in between. */
    public boolean isBatch() {
      return this == TABLE || this == INCREMENTAL;
    }
  }

  /** When a stream's rows are published. */
  public enum Emit {
    /** After every batch; a window's row changes until the watermark has passed it. */
    ON_CHANGE,
    /** Once, when the watermark has passed the window. */
    ON_CLOSE
  }

  /** Finds the place in a model's file that a place in the rendered SQL came from. */
  @FunctionalInterface
  public interface SourceMap {
    /**
     * The place for a stretch of the rendered SQL.
     *
     * @param offset in UTF-16 code units from 0
     * @param length of the stretch, 0 if unknown
     */
    SourceLocation locate(int offset, int length);
  }
}
