package dev.millrace.engine.lake;

import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableStore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The target's lake, which is opened when it is first needed. Thread-safe. */
public final class Lake implements AutoCloseable {
  private final String project;
  private final String place;
  private final Supplier<TableStore> opener;
  private @Nullable TableStore store;

  /**
   * A lake.
   *
   * @param project whose tables it keeps; the name under which its models write
   * @param place where the store is that shows its tables: unlike that of any other project
   * @param opener opens it; may throw what {@link TableStore} may
   */
  public Lake(String project, String place, Supplier<TableStore> opener) {
    this.project = project;
    this.place = place;
    this.opener = opener;
  }

  /** The name under which the project's models commit positions. */
  public String writer() {
    return project + "/models";
  }

  /**
   * Its tables, wherever their files are.
   *
   * @throws dev.millrace.api.error.RetryException if it cannot be reached now
   * @throws dev.millrace.api.error.StopException if a person has to change something
   */
  public synchronized TableStore store() {
    TableStore opened = store;
    if (opened == null) {
      opened = opener.get();
      store = opened;
    }
    return opened;
  }

  /** Keeps files readable for a view of the store; as {@link TableStore#pin}. */
  void pin(String schema, String name, TableFiles files) {
    store().pin(place + " " + schema + "." + name, files);
  }

  @Override
  public synchronized void close() {
    if (store != null) {
      store.close();
      store = null;
    }
  }
}
