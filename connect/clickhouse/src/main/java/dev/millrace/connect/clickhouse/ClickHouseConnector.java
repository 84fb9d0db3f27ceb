package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.DataType;
import java.util.List;
import java.util.Optional;

/** Delivers streams to tables of ClickHouse. */
public final class ClickHouseConnector implements SinkConnector {
  /** The connector's name. */
  public static final String NAME = "clickhouse";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "Appends a stream's rows to a table of ClickHouse, or keeps the newest row of each key"
        + " there.";
  }

  @Override
  public List<Option> systemOptions() {
    return ClickHouseAddress.OPTIONS;
  }

  @Override
  public List<Option> sinkOptions() {
    return TableOptions.ALL;
  }

  @Override
  public List<String> takenNames(String table, WriteMode mode, Options options) {
    return mode == WriteMode.UPSERT
            && options.has(TableOptions.VIEW)
            && options.flag(TableOptions.VIEW)
        ? List.of(table, FinalView.nameOf(table))
        : List.of(table);
  }

  @Override
  public void check(SinkDeclaration sink, Problems problems) {
    new SinkCheck(sink, problems).run();
  }

  @Override
  public String guarantee() {
    return "Exactly once: each chunk is claimed (table millrace.positions), sent under a token by"
        + " which the server drops what it has already, and confirmed; an upsert's rows have the"
        + " chunk's number as their version, of which the highest counts.";
  }

  @Override
  public Optional<String> targetType(DataType type) {
    return Optional.of(ClickHouseTypes.sql(type));
  }

  @Override
  public Sink open(SinkContext context) {
    return ClickHouseSink.open(context);
  }
}
