package dev.millrace.engine.flow;

import dev.millrace.project.ModelSpec;
import dev.millrace.sql.StreamProgram;
import java.util.Optional;

/**
 * A stream whose new tables are complete.
 *
 * @param watermark the column by whose time {@code retain} drops rows; empty if there is none
 */
public record FilledStream(ModelSpec model, StreamProgram program, Optional<Watermark> watermark) {
  /** No later change has a time before {@code micros} in the column. */
  public record Watermark(String column, long micros) {}
}
