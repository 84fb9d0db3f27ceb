package dev.millrace.sql;

import dev.millrace.api.type.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A changing table that a stream reads or makes. Within a batch its changes are the relation {@link
 * #delta()} with the schema's columns, then the identity columns, then {@code _w}: +1 for a row
 * that appears, -1 for one that is taken back. Identity columns tell rows apart: at any time at
 * most one live row has given identity values (nulls equal), and in one delta an identity has at
 * most one -1 and one +1, the -1 being exactly the row that was there.
 *
 * @param name as SQL refers to it, unquoted: {@code attributed}, or {@code ads.impressions} for a
 *     stream of a source
 * @param schema the columns that users see
 * @param identity columns that tell rows apart: names of the schema's columns or hidden ones, which
 *     start with {@code _}; a source has {@code _id}, a BIGINT that grows with admission
 * @param hidden the hidden identity columns with their types, a subset of {@code identity} in its
 *     order
 * @param appendOnly true if no change ever has weight -1
 * @param watermarks for a column of type TIMESTAMPTZ, the SQL expression of an instant such that no
 *     later change has a smaller value in that column; it reads {@code getvariable('wm_...')} and
 *     may be NULL while nothing is known
 * @param lasting columns whose values stay: where a change takes a row back, there is for ever
 *     after another row with the same values in all of these columns; every column if the relation
 *     is append-only
 */
public record Relation(
    String name,
    Schema schema,
    List<String> identity,
    Schema hidden,
    boolean appendOnly,
    Map<String, String> watermarks,
    Set<String> lasting) {
  /** Copies the collections. */
  public Relation {
    identity = List.copyOf(identity);
    watermarks = Map.copyOf(watermarks);
    lasting = Set.copyOf(lasting);
  }

  /** A relation of which nothing is known to last unless everything does. */
  public Relation(
      String name,
      Schema schema,
      List<String> identity,
      Schema hidden,
      boolean appendOnly,
      Map<String, String> watermarks) {
    this(
        name,
        schema,
        identity,
        hidden,
        appendOnly,
        watermarks,
        appendOnly ? Set.copyOf(schema.names()) : Set.of());
  }

  /**
   * The name of the relation that holds its changes in a batch, unquoted: {@code
   * delta_ads_impressions}.
   */
  public String delta() {
    return "delta_" + name.replace('.', '_');
  }
}
