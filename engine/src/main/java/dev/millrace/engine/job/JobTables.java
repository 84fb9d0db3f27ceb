package dev.millrace.engine.job;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.job.JobEvent;
import dev.millrace.api.job.JobListing;
import dev.millrace.api.job.JobLog;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreError;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log of jobs as a table of the store; {@code system.job_runs} is a view of it, so it cannot
 * say anything else. Events are kept for 90 days; those that later ones rest on, longer.
 * Thread-safe.
 */
public final class JobTables implements JobLog {
  private static final int DAYS = 90;

  /**
   * What a run is known by: its number is in every event, and grows. It is in schema {@code
   * progress}, as DuckDB binds no aggregates over tables of a schema that is called as one of its
   * own catalogs, {@code system}.
   */
  private static final String RUNS =
      "CREATE OR REPLACE VIEW progress.job_runs AS SELECT run, any_value(job) AS job,"
          + " min(due_at) AS due_at, lower(replace(any_value(trigger), '_', ' ')) AS trigger,"
          + " CASE arg_max(kind, n) FILTER (kind NOT LIKE 'ALERT%')"
          + " WHEN 'QUEUED' THEN 'queued' WHEN 'SKIPPED' THEN 'skipped' WHEN 'STARTED' THEN 'running'"
          + " WHEN 'SUCCEEDED' THEN 'succeeded' WHEN 'CUT_OFF' THEN 'cut off'"
          + " WHEN 'FAILED' THEN CASE WHEN arg_max_null(retry_at, n) FILTER (kind = 'FAILED') IS NULL"
          + " THEN 'failed' ELSE 'retrying' END END AS state,"
          + " max(attempt) AS attempts,"
          + " count(*) FILTER (kind = 'CUT_OFF') AS cut_off,"
          + " min(\"at\") FILTER (kind = 'STARTED') AS started_at,"
          + " max(\"at\") FILTER (kind IN ('SUCCEEDED', 'FAILED', 'CUT_OFF')) AS ended_at,"
          + " arg_max_null(retry_at, n) FILTER (kind IN ('FAILED', 'STARTED', 'SUCCEEDED')) AS retry_at,"
          + " arg_max(text, n) FILTER (kind NOT LIKE 'ALERT%') AS message"
          + " FROM progress.job_events WHERE run > 0 GROUP BY run";

  private static final String JOBS =
      "CREATE OR REPLACE VIEW store.system.jobs AS SELECT j.job, j.description, j.schedule, j.command,"
          + " j.paused, j.next_due, r.run AS last_run, r.state AS last_state, r.started_at AS"
          + " last_started_at, r.ended_at AS last_ended_at, r.message AS last_message"
          + " FROM progress.jobs AS j LEFT JOIN (SELECT * FROM progress.job_runs WHERE state <>"
          + " 'skipped' QUALIFY row_number() OVER (PARTITION BY job ORDER BY run DESC) = 1) AS r"
          + " ON j.job = r.job ORDER BY j.position";

  private final Store store;

  /** The log in a store in which {@link #create} was done. */
  public JobTables(Store store) {
    this.store = store;
  }

  /** Makes the tables that are missing, and the views. */
  public static void create(Transaction transaction) throws SQLException {
    transaction.execute("CREATE SCHEMA IF NOT EXISTS progress");
    transaction.execute("CREATE SCHEMA IF NOT EXISTS store.system");
    transaction.execute("CREATE SEQUENCE IF NOT EXISTS progress.job_event");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.job_events (n BIGINT DEFAULT"
            + " nextval('progress.job_event'), \"at\" TIMESTAMPTZ, job VARCHAR, run BIGINT, kind"
            + " VARCHAR, attempt INTEGER, trigger VARCHAR, due_at TIMESTAMPTZ, retry_at TIMESTAMPTZ,"
            + " text VARCHAR)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.jobs (position INTEGER, job VARCHAR, description"
            + " VARCHAR, schedule VARCHAR, command VARCHAR, paused BOOLEAN, next_due TIMESTAMPTZ)");
    transaction.execute(RUNS);
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.job_runs AS SELECT * FROM progress.job_runs");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.job_events AS SELECT * FROM progress.job_events");
    transaction.execute(JOBS);
    transaction.execute(
        "DELETE FROM progress.job_events WHERE run > 0 AND \"at\" < now() - INTERVAL "
            + DAYS
            + " DAY AND run NOT IN (SELECT run FROM progress.job_runs WHERE state NOT IN"
            + " ('succeeded', 'failed', 'skipped') UNION SELECT max(run) FROM progress.job_events"
            + " GROUP BY job UNION SELECT max(run) FROM progress.job_events WHERE trigger IN"
            + " ('SCHEDULE', 'CATCH_UP') GROUP BY job"
            + " UNION SELECT last_run FROM store.system.jobs WHERE last_run IS NOT NULL)");
  }

  /** Makes the tables in a store that nobody else has prepared. */
  public static JobTables prepare(Store store) {
    JobTables tables = new JobTables(store);
    tables.write(
        transaction -> {
          SystemTables.create(transaction);
          create(transaction);
        });
    return tables;
  }

  @Override
  public List<JobEvent> read() {
    List<JobEvent> events = new ArrayList<>();
    write(
        transaction -> {
          events.clear();
          transaction.query(
              "SELECT epoch_us(\"at\"), job, run, kind, attempt, trigger, epoch_us(due_at),"
                  + " epoch_us(retry_at), text FROM progress.job_events ORDER BY n",
              row -> events.add(event(row)));
        });
    return events;
  }

  private static JobEvent event(ResultSet row) throws SQLException {
    return new JobEvent(
        instant(row, 1).orElseThrow(),
        row.getString(2),
        row.getLong(3),
        JobEvent.Kind.valueOf(row.getString(4)),
        row.getInt(5),
        Optional.ofNullable(row.getString(6)).map(JobEvent.Trigger::valueOf),
        instant(row, 7),
        instant(row, 8),
        row.getString(9));
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    long micros = row.getLong(column);
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(
            Instant.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000));
  }

  @Override
  public void append(List<JobEvent> events, List<JobListing> listings) {
    write(
        transaction -> {
          for (JobEvent event : events) {
            transaction.execute(insert(event));
            if (event.kind() == JobEvent.Kind.FAILED && event.retryAt().isEmpty()) {
              transaction.execute(
                  "INSERT INTO store.system.errors SELECT "
                      + time(Optional.of(event.at()))
                      + ", "
                      + text("job:" + event.job())
                      + ", 'JOB_FAILED', "
                      + text("job `" + event.job() + "` failed: " + event.text())
                      + ", NULL");
            }
          }
          transaction.execute("DELETE FROM progress.jobs");
          for (int i = 0; i < listings.size(); i++) {
            transaction.execute(insert(i, listings.get(i)));
          }
        });
  }

  private static String insert(JobEvent event) {
    return "INSERT INTO progress.job_events (\"at\", job, run, kind, attempt, trigger, due_at,"
        + " retry_at, text) VALUES ("
        + String.join(
            ", ",
            time(Optional.of(event.at())),
            text(event.job()),
            Long.toString(event.run()),
            text(event.kind().name()),
            Integer.toString(event.attempt()),
            text(event.trigger().map(Enum::name).orElse(null)),
            time(event.due()),
            time(event.retryAt()),
            text(event.text()))
        + ")";
  }

  private static String insert(int position, JobListing job) {
    return "INSERT INTO progress.jobs VALUES ("
        + String.join(
            ", ",
            Integer.toString(position),
            text(job.job()),
            text(job.description()),
            text(job.schedule()),
            text(job.command()),
            Boolean.toString(job.paused()),
            time(job.nextDue()))
        + ")";
  }

  private static String text(@Nullable String value) {
    return value == null ? "NULL" : "'" + value.replace("'", "''").replace("\0", "") + "'";
  }

  private static String time(Optional<Instant> at) {
    return at.map(
            t -> "make_timestamptz(" + (t.getEpochSecond() * 1_000_000 + t.getNano() / 1_000) + ")")
        .orElse("NULL");
  }

  /** What is done in a transaction. */
  private interface Work {
    void in(Transaction transaction) throws SQLException;
  }

  private void write(Work work) {
    try (Writer writer = store.writer()) {
      writer.transact(
          transaction -> {
            work.in(transaction);
            return true;
          });
    } catch (SQLException e) {
      throw new RetryException(
          Problem.error(
              StoreError.STATEMENT_FAILED,
              null,
              "the log of jobs cannot be written: " + e.getMessage(),
              null),
          e);
    }
  }
}
