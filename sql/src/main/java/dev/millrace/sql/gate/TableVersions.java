package dev.millrace.sql.gate;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.time.Instant;
import java.util.List;

/** Earlier versions of tables, which a query may name. Thread-safe. */
@FunctionalInterface
public interface TableVersions {
  /** No table has any. */
  TableVersions NONE =
      () ->
          new Reading() {
            @Override
            public String relation(List<String> table, long version) {
              throw none();
            }

            @Override
            public String relation(List<String> table, Instant at) {
              throw none();
            }

            private StopException none() {
              return new StopException(
                  Problem.error(
                      GateError.QUERY_NO_VERSIONS,
                      null,
                      "only tables of a lake have versions, and the target has no lake",
                      "add `lake: embedded` to the target, and keep the table there"),
                  null);
            }

            @Override
            public void close() {}
          };

  /** Begins to read versions for one statement. */
  Reading open();

  /** What one statement reads; the versions stay until it is closed. For one thread. */
  interface Reading extends AutoCloseable {
    /**
     * What to write behind FROM for a version.
     *
     * @param table its name, part by part
     * @param version its number or id
     * @throws StopException without a place, if there is no such table or version
     * @throws dev.millrace.api.error.RetryException if that cannot be known now
     */
    String relation(List<String> table, long version);

    /** As the other, for the version that was the newest at a moment. */
    String relation(List<String> table, Instant at);

    /** Versions may go; never throws. */
    @Override
    void close();
  }
}
