package dev.millrace.api.connect;

import dev.millrace.api.option.Option;
import java.util.List;

/**
 * A kind of outside system, found through {@link java.util.ServiceLoader}. A connector that reads
 * is a {@link SourceConnector}, one that writes a {@link SinkConnector}; one class may be both.
 * Stateless and thread-safe.
 */
public interface Connector {
  /** The name in {@code connector: <name>} and in a system's {@code type: <name>}, lower case. */
  String name();

  /** One sentence for the manual. */
  String summary();

  /**
   * Options of the system itself (address, credentials), as {@code millrace.yml} gives them for a
   * target.
   */
  List<Option> systemOptions();
}
