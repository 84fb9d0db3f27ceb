package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.type.Batch;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a table the rows of files before those of its stream: delivered like these, by a sink of
 * its own whose position is the number of rows and whose epoch is the files. So a crash neither
 * loses nor repeats a row. It is over once the table is begun for the stream.
 */
final class Fill {
  private static final Logger LOG = LoggerFactory.getLogger(Fill.class);
  private static final int CHUNK = 50_000;

  private final SinkContext context;

  Fill(SinkContext context) {
    this.context = context;
  }

  /** True if the sink says so. */
  boolean isWanted() {
    return context.options().has(TableOptions.FILL);
  }

  /**
   * Delivers what the table lacks.
   *
   * @param anew true if the table was emptied since
   * @throws dev.millrace.api.error.RetryException if the server is away
   * @throws dev.millrace.api.error.StopException if the files cannot be read, or have changed since
   *     the table was begun
   */
  void run(boolean anew) {
    try (FillFiles files = FillFiles.open(context);
        Sink sink = ClickHouseSink.openPlain(own(files.id()))) {
      if (anew) {
        sink.adopt();
      }
      Optional<SinkPosition> position = sink.position();
      if (position.filter(p -> !p.epoch().equals(files.id())).isPresent()) {
        throw FillFiles.stop(
            context,
            "the files are others now than those from which it was being filled",
            "put them back, or run with `--fresh --replace-sinks` to empty the table and fill it"
                + " again");
      }
      long done = position.map(SinkPosition::sequence).orElse(0L);
      LOG.info("sink {} fills {} from row {} of files on", context.sink(), context.table(), done);
      files.open(done);
      for (Batch batch = files.next(CHUNK); batch.size() > 0; batch = files.next(CHUNK)) {
        done += batch.size();
        sink.deliver(batch, done);
      }
      LOG.info("sink {} has filled {}: {} rows", context.sink(), context.table(), done);
    }
  }

  /** The sink that delivers the files' rows; no sink of a project has such a name. */
  private SinkContext own(String epoch) {
    return new SinkContext(
        context.project(),
        nameOf(context.sink()),
        epoch,
        context.system(),
        context.options(),
        context.table(),
        context.schema(),
        context.mode(),
        context.key(),
        context.folder());
  }

  private static String nameOf(String sink) {
    return sink + "/fill";
  }

  /** Says that nothing is filled any more if the table was begun without it. */
  void warnIfLate(ClickHouseClient client, Deduplication deduplication) {
    boolean filled = new ClickHousePositions(client, own(""), deduplication).read().isPresent();
    if (!filled) {
      LOG.warn(
          "`fill` of sink {} does nothing: {} has rows of the stream already; to fill it first, run"
              + " with --fresh --replace-sinks",
          context.sink(),
          context.table());
    }
  }
}
