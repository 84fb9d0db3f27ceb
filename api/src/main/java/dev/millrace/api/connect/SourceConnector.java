package dev.millrace.api.connect;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads events from outside; the caller writes them to topics together with the position reached.
 */
public interface SourceConnector extends Connector {
  /** Options of one source file, besides those that every source has. */
  List<Option> sourceOptions();

  /**
   * Options of one stream's block, besides those that every stream has; their values are {@link
   * StreamDeclaration#options()}.
   */
  default List<Option> streamOptions() {
    return List.of();
  }

  /**
   * The types of the systems that its sources can read from, which they name by {@code system};
   * empty if they name none.
   */
  default List<String> systemTypes() {
    return List.of();
  }

  /** True if every source has to name a system. */
  default boolean requiresSystem() {
    return !systemTypes().isEmpty();
  }

  /** True if its sources fill {@link SourceBatch#ledger()}. */
  default boolean keepsLedger() {
    return false;
  }

  /**
   * The types of systems in which its sources can keep their ledger for others to share, which they
   * name by {@code ledger}; empty if there are none.
   */
  default List<String> ledgerTypes() {
    return List.of();
  }

  /**
   * Opens the ledger of a source in a system of one of the {@link #ledgerTypes()}.
   *
   * @param system the options of that system
   * @param folder the project's, against which relative paths in options are resolved
   * @param project the project's name
   * @param source the source's name in the project
   * @throws dev.millrace.api.error.RetryException if the system cannot be reached now
   * @throws dev.millrace.api.error.StopException if it never will with these options
   */
  default SharedLedger openLedger(Options system, Path folder, String project, String source) {
    throw new UnsupportedOperationException(name());
  }

  /**
   * Checks what declarations cannot say; adds every problem, at {@code where}. Reads nothing from
   * outside.
   */
  void check(
      Options options, List<StreamDeclaration> streams, SourceLocation where, Problems problems);

  /**
   * Opens the source behind a position.
   *
   * @throws dev.millrace.api.error.RetryException if the system cannot be reached now
   * @throws dev.millrace.api.error.StopException if it never will with these options
   */
  Source open(SourceContext context);
}
