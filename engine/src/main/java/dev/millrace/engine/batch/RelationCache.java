package dev.millrace.engine.batch;

import dev.millrace.dbt.adapter.Relation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What relations there were when the first session asked, shared by all sessions. DuckDB lists all
 * tables to find one, which takes milliseconds among a thousand. Whatever a statement may have
 * changed since is looked up anew. Thread-safe.
 */
final class RelationCache {
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private volatile boolean disabled;
  private @Nullable Map<String, Relation> first;

  private static String key(String schema, String name) {
    return schema.toLowerCase(Locale.ROOT) + "." + name.toLowerCase(Locale.ROOT);
  }

  /** Statements will run: what they write is no longer known. */
  void note(SqlStatements statements) {
    if (statements.isUnclear()) {
      disabled = true;
    }
    statements.written().forEach(this::note);
  }

  /** A relation will be written; its name has one to three parts. */
  void note(List<String> name) {
    String table = name.get(name.size() - 1);
    changed.add(key("main", table));
    if (name.size() > 1) {
      changed.add(key(name.get(name.size() - 2), table));
    }
  }

  /** True if nothing can have changed the relation. */
  boolean knows(String schema, String name) {
    return !disabled && !changed.contains(key(schema, name));
  }

  /**
   * The relation as it was.
   *
   * @param list lists all relations, for whoever asks first
   */
  synchronized Optional<Relation> find(String schema, String name, Supplier<List<Relation>> list) {
    Map<String, Relation> known = first;
    if (known == null) {
      known = new HashMap<>();
      for (Relation relation : list.get()) {
        known.put(key(relation.schema(), relation.identifier()), relation);
      }
      first = known;
    }
    return Optional.ofNullable(known.get(key(schema, name)));
  }
}
