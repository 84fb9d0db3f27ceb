package dev.millrace.sql;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
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
 * @param asOfProcessing true if a row that joins it keeps the partners that it had when it was
 *     processed, whatever becomes of this relation later; it can only be the right side of a join
 *     then
 */
public record Relation(
    String name,
    Schema schema,
    List<String> identity,
    Schema hidden,
    boolean appendOnly,
    Map<String, String> watermarks,
    Set<String> lasting,
    boolean asOfProcessing) {
  /** Copies the collections. */
  public Relation {
    identity = List.copyOf(identity);
    watermarks = Map.copyOf(watermarks);
    lasting = Set.copyOf(lasting);
  }

  /** A relation whose changes concern all rows that join it. */
  public Relation(
      String name,
      Schema schema,
      List<String> identity,
      Schema hidden,
      boolean appendOnly,
      Map<String, String> watermarks,
      Set<String> lasting) {
    this(name, schema, identity, hidden, appendOnly, watermarks, lasting, false);
  }

  /** The hidden column that tells a looked-up table's rows apart. */
  public static final String ROW = "_row";

  /**
   * A table that others replace or change, such as a seed: rows come and go as it differs from what
   * was seen of it, and equal rows are told apart by a hidden number.
   */
  public static Relation ofTable(String name, Schema schema) {
    Column row = new Column(ROW, new DataType.Scalar(DataType.Kind.BIGINT));
    return new Relation(
        name, schema, List.of(ROW), new Schema(List.of(row)), false, Map.of(), Set.of());
  }

  /** True if it was made by {@link #ofTable}. */
  public boolean isTable() {
    return identity.equals(List.of(ROW)) && !appendOnly;
  }

  /** The same, whose later changes concern no row that was processed before. */
  public Relation inProcessing() {
    return new Relation(name, schema, identity, hidden, appendOnly, watermarks, lasting, true);
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
