package dev.millrace.engine.flow;

import dev.millrace.api.type.DataType;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.flow.BatchVariables.Parameterized;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.store.StoreReader;
import dev.millrace.engine.store.Wire;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Instants that move with watermarks: before them windows are closed and rows are needed no more.
 * Programs give them as SQL; they are computed once for each move of a watermark. For the flow's
 * thread.
 */
final class Bounds {
  private static final Wire TIME =
      Wire.of(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ)).orElseThrow();

  private final List<Bound> bounds = new ArrayList<>();
  private boolean stale = true;

  /** One instant. */
  static final class Bound {
    private final String sql;
    private long micros = Instants.UNKNOWN;

    private Bound(String sql) {
      this.sql = sql;
    }

    /** Microseconds since 1970; {@link Instants#UNKNOWN} while nothing is known. */
    long micros() {
      return micros;
    }
  }

  /** A bound for an expression of type TIMESTAMPTZ over the variables of watermarks. */
  Bound add(String sql) {
    for (Bound bound : bounds) {
      if (bound.sql.equals(sql)) {
        return bound;
      }
    }
    Bound bound = new Bound(sql);
    bounds.add(bound);
    return bound;
  }

  /** Watermarks are not what they were: the next {@link #compute} is needed. */
  void invalidate() {
    stale = true;
  }

  /** True if watermarks have gone back since {@link #compute}. */
  boolean isStale() {
    return stale;
  }

  /** Computes every bound from the sources' watermarks. */
  void compute(StoreReader reader, List<Admission> sources) throws SQLException {
    stale = false;
    if (bounds.isEmpty()) {
      return;
    }
    List<String> values = new ArrayList<>();
    List<Wire.Kind> kinds = new ArrayList<>();
    for (Bound bound : bounds) {
      values.add(TIME.out("(" + bound.sql + ")"));
      kinds.add(Wire.Kind.LONG);
    }
    Parameterized select = BatchVariables.parameters("SELECT " + String.join(", ", values));
    reader.queryPrepared(
        select.sql(),
        new BatchVariables(sources, s -> 0, 0).values(select.names()),
        kinds,
        (row, i) -> {
          for (int b = 0; b < bounds.size(); b++) {
            bounds.get(b).micros = row.isNull(b, i) ? Watermarks.UNKNOWN : row.number(b, i);
          }
        });
  }
}
