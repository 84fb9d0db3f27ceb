package dev.millrace.dbt.context;

import dev.millrace.api.error.SourceLocation;
import java.util.List;

/**
 * A node's SQL as the engine gets it.
 *
 * @param id of the node
 * @param sql with the queries of ephemeral models before it
 * @param ownSql without them
 * @param ephemeral ids of the ephemeral models whose queries are in {@code sql}, in order
 * @param places finds where in the project a stretch of {@code ownSql} comes from
 */
public record CompiledNode(
    String id, String sql, String ownSql, List<String> ephemeral, Places places) {
  /** Copies the list. */
  public CompiledNode {
    ephemeral = List.copyOf(ephemeral);
  }

  /** Finds places in the project. */
  @FunctionalInterface
  public interface Places {
    /** Where a stretch of the SQL comes from; offsets in code units from 0. */
    SourceLocation at(int offset, int length);
  }
}
