package dev.millrace.api.connect;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /**
   * How people see its sources' ledgers; empty if these do not fill {@link SourceBatch#ledger()}.
   */
  default Optional<LedgerTable> ledger() {
    return Optional.empty();
  }

  /**
   * What becomes of an entry of a ledger by an action, possibly with others that depend on it; the
   * caller commits it and tells the {@linkplain Source#amended source}.
   *
   * @param entry as it is committed, with a value
   * @return empty if the action means nothing for an entry like this one
   */
  default List<LedgerEntry> amend(LedgerAction action, LedgerEntry entry) {
    return List.of();
  }

  /**
   * What the keys of a source's ledger depend on, by option: with another value the source would
   * not know again what it has read, or would take something else for it. Without secrets. A source
   * keeps it under {@link LedgerEntry#SCOPE}.
   *
   * @param system the options of the system that it reads from; empty if that is embedded, or there
   *     is none
   * @param systemType the type of that system; empty if there is none
   */
  default Map<String, String> ledgerScope(
      Optional<Options> system, Optional<String> systemType, Options options) {
    return Map.of();
  }

  /**
   * The entries of a ledger of another {@linkplain #ledgerScope scope}, as they are if the things
   * are the same in this one.
   *
   * @param entries all of them, by key
   * @return what is to be committed, {@link LedgerEntry#SCOPE} among it
   */
  default List<LedgerEntry> keep(Map<String, String> entries, Map<String, String> scope) {
    throw new UnsupportedOperationException(name());
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
   * Checks what declarations cannot say; adds every problem, at {@code where}. Reads nothing but
   * files of the project.
   *
   * @param folder the project's, against which relative paths in options are resolved
   */
  void check(
      Options options,
      List<StreamDeclaration> streams,
      SourceLocation where,
      Path folder,
      Problems problems);

  /**
   * Opens the source behind a position.
   *
   * @throws dev.millrace.api.error.RetryException if the system cannot be reached now
   * @throws dev.millrace.api.error.StopException if it never will with these options
   */
  Source open(SourceContext context);
}
