package dev.millrace.lake;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.table.TableStoreConnector;
import dev.millrace.api.type.DataType;
import java.util.List;
import java.util.Optional;

/** Apache Iceberg tables of Parquet files: a table store, and a target of streams. */
public final class LakeConnector implements SinkConnector, TableStoreConnector {
  /** The connector's name. */
  public static final String NAME = "lake";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "Apache Iceberg tables of Parquet files, which other engines read too: appends a stream's"
        + " rows, or keeps a table equal to a stream.";
  }

  @Override
  public List<Option> systemOptions() {
    return LakeAddress.OPTIONS;
  }

  @Override
  public List<Option> sinkOptions() {
    return LakeOptions.SINK;
  }

  @Override
  public void check(SinkDeclaration sink, Problems problems) {
    new SinkCheck(sink, problems).run();
  }

  @Override
  public String guarantee() {
    return "Exactly once: the files of a chunk and its position, a property of the table, are one"
        + " commit of Iceberg, which also excludes a second writer.";
  }

  @Override
  public Optional<String> targetType(DataType type) {
    return Optional.of(LakeTypes.type(type).toString());
  }

  @Override
  public Optional<String> liveView(Options sink) {
    return sink.optionalText(LakeOptions.LIVE_VIEW);
  }

  @Override
  public Sink open(SinkContext context) {
    return LakeSink.open(context);
  }

  @Override
  public TableStore openStore(Options system) {
    return IcebergStore.open(system);
  }
}
