package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.StoreReader;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.StreamSpec;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one stream of a source that were admitted lately and are still needed, to find
 * repeats, once for all who need them. For one thread.
 */
public final class History {
  private final StreamSpec stream;
  private final Schema schema;
  private @Nullable KeptTable table;
  private @Nullable UniqueFilter unique;

  /** A history of a stream. */
  public History(StreamSpec stream) {
    this.stream = stream;
    Set<String> names = new LinkedHashSet<>();
    stream.unique().ifPresent(u -> names.addAll(List.of(u.key(), stream.eventTime())));
    List<Column> columns =
        stream.declaration().schema().columns().stream()
            .filter(c -> names.contains(c.name()))
            .toList();
    this.schema = new Schema(columns);
  }

  private History(StreamSpec stream, Schema schema) {
    this.stream = stream;
    this.schema = schema;
  }

  /** A history that keeps nothing and finds no repeats. */
  static History none(StreamSpec stream) {
    return new History(stream, new Schema(List.of()));
  }

  /** False if nobody needs it. */
  public boolean isKept() {
    return !schema.columns().isEmpty();
  }

  /** The table that it is kept in; empty if nobody needs it. */
  public Optional<KeptTable> stored() {
    return Optional.ofNullable(table);
  }

  void create(Transaction transaction, StateTables tables) throws SQLException {
    if (!isKept()) {
      return;
    }
    List<String> keys = stream.unique().map(u -> List.of(u.key())).orElse(List.of());
    KeptTable made =
        tables.createByText(
            transaction, "state", "history_" + stream.qualifiedName(), schema, "_id", keys);
    table = made;
    stream
        .unique()
        .ifPresent(
            u -> {
              made.lookup(List.of(u.key())).always();
              unique = new UniqueFilter(u, stream.eventTime(), made, tables.reader());
            });
  }

  void refuseRepeats(
      StoreReader reader, Scan scan, long firstId, BitSet excluded, List<Refusal> refusals)
      throws SQLException {
    UniqueFilter filter = unique;
    if (filter != null) {
      filter.filter(scan, firstId, excluded, refusals);
    }
  }

  /** Rows were admitted, up to this id. */
  void admitted(long count, long lastId) {
    KeptTable known = table;
    if (known != null && count > 0) {
      known.appended(count, lastId);
    }
    if (unique != null) {
      unique.appended();
    }
  }

  /** An INSERT of the admitted rows, from the stream's delta; empty if nobody needs them. */
  public Optional<String> appendSql(String delta) {
    KeptTable known = table;
    if (known == null) {
      return Optional.empty();
    }
    String names = schema.names().stream().map(Identifier::quote).collect(Collectors.joining(", "));
    return Optional.of(
        "INSERT INTO "
            + known.name()
            + " ("
            + names
            + ", _id) SELECT "
            + names
            + ", _id FROM "
            + delta);
  }

  /** Forgets rows that no later one needs, now and then. */
  public void forget(Transaction transaction, long watermark, long nowNanos) throws SQLException {
    KeptTable known = table;
    UniqueFilter filter = unique;
    if (known == null || filter == null || watermark == Watermarks.UNKNOWN) {
      return;
    }
    known.forget(transaction, stream.eventTime(), filter.bound(watermark), nowNanos);
  }
}
