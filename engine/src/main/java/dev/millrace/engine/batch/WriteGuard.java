package dev.millrace.engine.batch;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps statements of models away from what belongs to Millrace. It is no fence against malice, but
 * against a model that has the name of a stream, and a hook that tidies up.
 */
final class WriteGuard {
  private static final Set<String> SCHEMAS =
      Set.of("system", "published", "state", "outbox", "progress");
  private static final Set<String> SETTINGS =
      Set.of(
          "threads",
          "worker_threads",
          "external_threads",
          "async_threads",
          "memory_limit",
          "max_memory",
          "operator_memory_limit",
          "temp_directory",
          "max_temp_directory_size",
          "checkpoint_threshold",
          "wal_autocheckpoint",
          "preserve_insertion_order",
          "timezone");

  private final StoreCatalog catalog;
  private final boolean alone;
  private @Nullable Set<String> streams;

  /** A guard; if streams run beside, settings of the whole store are guarded too. */
  WriteGuard(StoreCatalog catalog, boolean alone) {
    this.catalog = catalog;
    this.alone = alone;
  }

  /**
   * Looks at what statements write.
   *
   * @throws StopException if it is not theirs
   */
  void check(SqlStatements statements) {
    statements.written().forEach(this::checkWritten);
    statements.schemas().forEach(this::checkSchema);
    if (!alone) {
      for (String setting : statements.settings()) {
        if (SETTINGS.contains(setting)) {
          throw refused(
              BatchError.SETTING_REFUSED,
              "`" + setting + "` is a setting of the whole store, which streams need as it is",
              "remove it, or make it depend on `target.name`");
        }
      }
    }
  }

  /** Looks at one name, in one to three parts. */
  void checkWritten(List<String> name) {
    String table = name.get(name.size() - 1).toLowerCase(Locale.ROOT);
    String schema = name.size() == 1 ? "main" : name.get(name.size() - 2).toLowerCase(Locale.ROOT);
    String database = name.size() < 3 ? "store" : name.get(0).toLowerCase(Locale.ROOT);
    if (!database.equals("store")) {
      return;
    }
    checkSchema(List.of(schema));
    if (schema.equals("main") && streams().contains(table)) {
      throw refused(
          BatchError.NOT_YOURS,
          "`main." + table + "` is a stream, which its flow alone writes",
          "give the model another name or `alias`, or put it into another schema");
    }
  }

  private void checkSchema(List<String> name) {
    String schema = name.get(name.size() - 1).toLowerCase(Locale.ROOT);
    boolean here = name.size() == 1 || name.get(0).equalsIgnoreCase("store");
    if (here && SCHEMAS.contains(schema)) {
      throw refused(
          BatchError.NOT_YOURS,
          "schema `" + schema + "` belongs to Millrace",
          "use another schema; Millrace has system, published, state, outbox and progress");
    }
  }

  private Set<String> streams() {
    Set<String> known = streams;
    if (known == null) {
      known = catalog.streams();
      streams = known;
    }
    return known;
  }

  private static StopException refused(BatchError code, String message, String hint) {
    return new StopException(Problem.error(code, null, message, hint), null);
  }
}
