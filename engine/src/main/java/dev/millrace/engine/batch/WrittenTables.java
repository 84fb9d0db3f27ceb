package dev.millrace.engine.batch;

import dev.millrace.engine.lookup.LookupTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What a session has written and not told yet. For one thread. */
final class WrittenTables {
  private final Consumer<Set<String>> listener;
  private final Set<String> tables = new HashSet<>();
  private boolean unclear;

  /** Tells a listener, which gets none for anything. */
  WrittenTables(Consumer<Set<String>> listener) {
    this.listener = listener;
  }

  /** Statements will run. */
  void note(SqlStatements statements) {
    unclear |= statements.isUnclear() || !statements.schemas().isEmpty();
    statements.written().forEach(this::note);
  }

  /** A table will be written; its name has one to three parts. */
  void note(List<String> name) {
    String table = name.get(name.size() - 1);
    tables.add(LookupTable.written("main", table));
    if (name.size() > 1) {
      tables.add(LookupTable.written(name.get(name.size() - 2), table));
    }
  }

  /** What was noted is committed, or may be. */
  void tell() {
    if (unclear) {
      listener.accept(Set.of());
    } else if (!tables.isEmpty()) {
      listener.accept(Set.copyOf(tables));
    }
    forget();
  }

  /** What was noted is rolled back. */
  void forget() {
    tables.clear();
    unclear = false;
  }
}
