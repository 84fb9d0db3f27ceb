package dev.millrace.sql;

import dev.millrace.api.type.Schema;
import java.util.List;

/**
 * A table that a program keeps between batches, in the store's schema {@code state}. The engine
 * adds a column {@code _n BIGINT}, the row's number, which grows with every {@link Step.Append}.
 *
 * @param name unquoted, unique in the store: the stream's name, then the operator: {@code
 *     attributed__left}
 * @param schema its columns, without {@code _n}
 * @param key the columns by which {@link Step.Slice} finds rows; empty if it is never sliced
 * @param text what it holds and why, one sentence for people
 * @param bound why it stays bounded ({@code forgotten 10 minutes behind ads.clicks}), or what would
 *     bound it
 * @param bounded true if watermarks let the program forget its rows
 */
public record StateTable(
    String name, Schema schema, List<String> key, String text, String bound, boolean bounded) {
  /** Copies the list. */
  public StateTable {
    key = List.copyOf(key);
  }
}
