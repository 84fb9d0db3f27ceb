package dev.millrace.api.table;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Options;

/** A kind of system that keeps tables for engines to write and to read. */
public interface TableStoreConnector extends Connector {
  /**
   * Opens the store, and makes it if there is none yet.
   *
   * @param system the options of the system
   * @throws dev.millrace.api.error.RetryException if it cannot be reached now
   * @throws dev.millrace.api.error.StopException if a person has to change something
   */
  TableStore openStore(Options system);
}
