package dev.millrace.registry;

import dev.millrace.formats.SchemaText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the topic holds, in memory. Thread-safe. */
final class Subjects {
  private final NavigableMap<String, NavigableMap<Integer, StoredSchema>> subjects =
      new TreeMap<>();
  private final Map<String, Compatibility> levels = new HashMap<>();
  private final Map<String, Mode> modes = new HashMap<>();
  private Compatibility level = Compatibility.BACKWARD;
  private Mode mode = Mode.READWRITE;
  private int highestId;

  synchronized void put(StoredSchema schema) {
    subjects.computeIfAbsent(schema.subject(), s -> new TreeMap<>()).put(schema.version(), schema);
    highestId = Math.max(highestId, schema.id());
  }

  synchronized void forget(String subject, int version) {
    NavigableMap<Integer, StoredSchema> versions = subjects.get(subject);
    if (versions != null) {
      versions.remove(version);
      if (versions.isEmpty()) {
        subjects.remove(subject);
      }
    }
  }

  synchronized void deleteUpTo(String subject, int version) {
    NavigableMap<Integer, StoredSchema> versions = subjects.get(subject);
    if (versions != null) {
      versions.headMap(version, true).replaceAll((v, schema) -> schema.asDeleted());
    }
  }

  synchronized void setLevel(@Nullable String subject, @Nullable Compatibility to) {
    if (subject == null) {
      level = to == null ? Compatibility.BACKWARD : to;
    } else if (to == null) {
      levels.remove(subject);
    } else {
      levels.put(subject, to);
    }
  }

  synchronized void setMode(@Nullable String subject, @Nullable Mode to) {
    if (subject == null) {
      mode = to == null ? Mode.READWRITE : to;
    } else if (to == null) {
      modes.remove(subject);
    } else {
      modes.put(subject, to);
    }
  }

  /** The level for subjects that have none. */
  synchronized Compatibility level() {
    return level;
  }

  /** The subject's own level. */
  synchronized Optional<Compatibility> level(String subject) {
    return Optional.ofNullable(levels.get(subject));
  }

  /** The mode of subjects that have none. */
  synchronized Mode mode() {
    return mode;
  }

  /** The subject's own mode. */
  synchronized Optional<Mode> mode(String subject) {
    return Optional.ofNullable(modes.get(subject));
  }

  /** The names of subjects with a version, in order; with those that have deleted ones only. */
  synchronized List<String> names(boolean withDeleted) {
    List<String> names = new ArrayList<>();
    subjects.forEach(
        (name, versions) -> {
          if (withDeleted || versions.values().stream().anyMatch(s -> !s.deleted())) {
            names.add(name);
          }
        });
    return names;
  }

  /** The versions of a subject, in order. */
  synchronized List<StoredSchema> versions(String subject, boolean withDeleted) {
    NavigableMap<Integer, StoredSchema> versions = subjects.get(subject);
    return versions == null
        ? List.of()
        : versions.values().stream().filter(s -> withDeleted || !s.deleted()).toList();
  }

  /** Every version of every subject, by subject and version. */
  synchronized List<StoredSchema> all(boolean withDeleted) {
    List<StoredSchema> all = new ArrayList<>();
    subjects.values().forEach(versions -> all.addAll(versions.values()));
    all.removeIf(s -> s.deleted() && !withDeleted);
    return all;
  }

  /** The schema with this id; deleted ones are found too, as records may have been written. */
  Optional<SchemaText> byId(int id) {
    return all(true).stream().filter(s -> s.id() == id).map(StoredSchema::schema).findFirst();
  }

  /** The id of a schema, whatever its subject. */
  Optional<Integer> idOf(SchemaText schema) {
    return all(true).stream()
        .filter(s -> s.schema().equals(schema))
        .map(StoredSchema::id)
        .min(Comparator.naturalOrder());
  }

  /** The ids of schemas that refer to this version. */
  List<Integer> referringTo(StoredSchema schema) {
    TreeSet<Integer> ids = new TreeSet<>();
    for (StoredSchema other : all(false)) {
      boolean refers =
          other.schema().references().stream()
              .anyMatch(
                  r -> r.subject().equals(schema.subject()) && r.version() == schema.version());
      if (refers) {
        ids.add(other.id());
      }
    }
    return List.copyOf(ids);
  }

  /** The highest id that was given. */
  synchronized int highestId() {
    return highestId;
  }
}
