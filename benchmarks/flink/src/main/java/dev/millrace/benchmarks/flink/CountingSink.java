package dev.millrace.benchmarks.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.types.RowKind;

/**
 * Drops rows as Flink's own {@code blackhole} does, and like it does not ask for what an update
 * replaces; but it counts how many rows there are in the end, and adds up columns of whole numbers.
 */
final class CountingSink implements DynamicTableSink {
  private static final LongAdder ROWS = new LongAdder();
  private static final LongAdder UPDATES = new LongAdder();
  private static final List<String> NAMES = new ArrayList<>();
  private static final List<LongAdder> SUMS = new ArrayList<>();

  private final List<Column> columns;

  CountingSink(List<Column> columns) {
    this.columns = columns;
  }

  /** Prints what was counted in this process. */
  static void print() {
    System.out.println("@rows " + ROWS.sum());
    if (UPDATES.sum() == 0) {
      for (int i = 0; i < NAMES.size(); i++) {
        System.out.println("@sum " + NAMES.get(i) + "=" + SUMS.get(i).sum());
      }
    }
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requested) {
    ChangelogMode.Builder mode = ChangelogMode.newBuilder();
    requested.getContainedKinds().stream()
        .filter(kind -> kind != RowKind.UPDATE_BEFORE)
        .forEach(mode::addContainedKind);
    return mode.build();
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).getDataType().getLogicalType().is(LogicalTypeRoot.BIGINT)) {
        places.add(i);
        NAMES.add(columns.get(i).getName());
        SUMS.add(new LongAdder());
      }
    }
    return SinkV2Provider.of(new Counting(places.stream().mapToInt(i -> i).toArray()));
  }

  @Override
  public DynamicTableSink copy() {
    return new CountingSink(columns);
  }

  @Override
  public String asSummaryString() {
    return "counting";
  }

  private record Counting(int[] places) implements Sink<RowData> {
    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
      return new Writer(places);
    }
  }

  private static final class Writer implements SinkWriter<RowData> {
    private final int[] places;
    private final long[] sums;
    private long rows;
    private long updates;

    Writer(int[] places) {
      this.places = places;
      this.sums = new long[places.length];
    }

    @Override
    public void write(RowData row, Context context) {
      switch (row.getRowKind()) {
        case INSERT -> rows++;
        case DELETE -> {
          rows--;
          updates++;
        }
        default -> updates++;
      }
      for (int i = 0; i < places.length; i++) {
        sums[i] += row.isNullAt(places[i]) ? 0 : row.getLong(places[i]);
      }
    }

    @Override
    public void flush(boolean endOfInput) {
      // Nothing is held back.
    }

    @Override
    public void close() {
      ROWS.add(rows);
      UPDATES.add(updates);
      for (int i = 0; i < sums.length; i++) {
        SUMS.get(i).add(sums[i]);
      }
    }
  }
}
