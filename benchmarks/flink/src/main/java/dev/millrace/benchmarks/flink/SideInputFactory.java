package dev.millrace.benchmarks.flink;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.functions.LookupFunction;

/**
 * Nexmark's bounded side input, {@code 'connector' = 'side-input'}: ten thousand rows in memory.
 */
public final class SideInputFactory implements DynamicTableSourceFactory {
  private static final int ROWS = 10_000;

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    return new SideInput();
  }

  @Override
  public String factoryIdentifier() {
    return "side-input";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  private static final class SideInput implements LookupTableSource {
    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
      return LookupFunctionProvider.of(new Lookup());
    }

    @Override
    public DynamicTableSource copy() {
      return new SideInput();
    }

    @Override
    public String asSummaryString() {
      return "side input";
    }
  }

  /** Finds the row of a key. */
  public static final class Lookup extends LookupFunction {
    private static final long serialVersionUID = 1;

    private static final List<RowData> BY_KEY =
        LongStream.range(0, ROWS)
            .mapToObj(i -> (RowData) GenericRowData.of(i, StringData.fromString(Long.toString(i))))
            .toList();

    @Override
    public Collection<RowData> lookup(RowData key) {
      long wanted = key.getLong(0);
      return wanted >= 0 && wanted < ROWS ? List.of(BY_KEY.get((int) wanted)) : List.of();
    }
  }
}
