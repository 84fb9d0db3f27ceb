package dev.millrace.api.connect;

import dev.millrace.api.type.Schema;

/**
 * A sink whose target DuckDB can read, so that a view can show it together with the changes that it
 * does not have yet.
 */
public interface ReadableSink extends Sink {
  /**
   * The target as it is now.
   *
   * @throws dev.millrace.api.error.RetryException if it cannot be read now
   */
  Target target();

  /**
   * A target at one moment, which stays readable for as long as queries take.
   *
   * @param sequence up to which changes are in it; 0 for none
   * @param columns of it
   * @param relation what to write behind FROM to read it so
   */
  record Target(long sequence, Schema columns, String relation) {}
}
