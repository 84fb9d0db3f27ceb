package dev.millrace.engine.change;

import dev.millrace.api.connect.WriteMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What an asset was when the store's tables of it were filled. */
public sealed interface Definition {
  /** The asset's name. */
  String name();

  /** The kind in the table {@code progress.definitions}. */
  String kind();

  /** A column and its type, in DuckDB's words. */
  record ColumnDefinition(String name, String type) {}

  /**
   * A stream.
   *
   * @param text the hash of its SELECT as it is written
   * @param fingerprint the hash of its program
   * @param retainMicros -1 if everything is kept
   * @param inputs what it reads: streams, and {@code source.stream}
   * @param columns the visible ones
   * @param states its tables in schema {@code state}
   * @param start where it starts: {@code beginning}, or what it says and the instant's microseconds
   */
  record StreamDefinition(
      String name,
      String text,
      String fingerprint,
      long retainMicros,
      List<String> inputs,
      List<ColumnDefinition> columns,
      boolean appendOnly,
      List<String> states,
      String start)
      implements Definition {
    /** Copies the lists. */
    public StreamDefinition {
      inputs = List.copyOf(inputs);
      columns = List.copyOf(columns);
      states = List.copyOf(states);
    }

    @Override
    public String kind() {
      return "stream";
    }

    /** The stream starts at its topics' beginning. */
    static final long BEGINNING = Long.MIN_VALUE;

    long startMicros() {
      return startMicros(start);
    }

    /** The instant of a {@code start}. */
    static long startMicros(String start) {
      int space = start.lastIndexOf(' ');
      return space < 0 ? BEGINNING : Long.parseLong(start.substring(space + 1));
    }

    boolean isComplete() {
      return retainMicros < 0;
    }
  }

  /**
   * A sink: what its target's table is filled from, and with which columns.
   *
   * @param form how values are written where a target leaves a choice, such as {@code avro}; empty
   *     if it does not, or if the store is older than this
   */
  record SinkDefinition(
      String name,
      String from,
      String system,
      String table,
      String mode,
      List<String> key,
      List<ColumnDefinition> columns,
      String form)
      implements Definition {
    /** Copies the lists. */
    public SinkDefinition {
      key = List.copyOf(key);
      columns = List.copyOf(columns);
    }

    @Override
    public String kind() {
      return "sink";
    }

    boolean isKeyed() {
      return WriteMode.valueOf(mode).isKeyed();
    }

    boolean hasSameTarget(SinkDefinition other) {
      return system.equals(other.system) && table.equals(other.table);
    }

    boolean hasSameForm(SinkDefinition now) {
      return form.isEmpty() || form.equals(now.form);
    }

    /** True if it is what the project wants now. */
    boolean isLike(SinkDefinition now) {
      return hasSameForm(now)
          && new SinkDefinition(name, from, system, table, mode, key, columns, now.form)
              .equals(now);
    }
  }

  /**
   * A stream of a source.
   *
   * @param uniqueKey empty if repeats are not looked for
   * @param changes how records change rows of which key and columns; empty if they are rows
   * @param fields the hash of where in a record columns are
   */
  record SourceDefinition(
      String name,
      String topic,
      String eventTime,
      List<ColumnDefinition> columns,
      String uniqueKey,
      String changes,
      String fields)
      implements Definition {
    /** Copies the list. */
    public SourceDefinition {
      columns = List.copyOf(columns);
    }

    @Override
    public String kind() {
      return "source";
    }

    /** The type of a column; empty if there is none. */
    String type(String column) {
      return columns.stream()
          .filter(c -> c.name().equals(column))
          .map(ColumnDefinition::type)
          .findFirst()
          .orElse("");
    }

    /** True if the keys that were seen can be compared with those to come. */
    boolean hasSameKeys(SourceDefinition other) {
      return uniqueKey.equals(other.uniqueKey)
          && type(uniqueKey).equals(other.type(uniqueKey))
          && type(eventTime).equals(other.type(eventTime));
    }
  }

  /**
   * What a fill makes of what; not the definition of an asset.
   *
   * @param sources whose topics are read again
   * @param fingerprints of the streams that are filled
   * @param starts where these streams start, as in {@link StreamDefinition}
   * @param retained what these streams keep of their rows, as there: what was dropped is gone
   */
  record FillDefinition(
      Map<String, SourceDefinition> sources,
      Map<String, String> fingerprints,
      Map<String, String> starts,
      Map<String, Long> retained) {
    static final FillDefinition NONE = new FillDefinition(Map.of(), Map.of(), Map.of(), Map.of());

    /** Sorts the maps, so that equal definitions have equal texts. */
    public FillDefinition {
      sources = new TreeMap<>(sources);
      fingerprints = new TreeMap<>(fingerprints);
      starts = new TreeMap<>(starts);
      retained = new TreeMap<>(retained);
    }
  }

  /** A table that builds make: the columns that streams use, which a flow keeps a copy of. */
  record TableDefinition(String name, List<ColumnDefinition> columns) implements Definition {
    /** Copies the list. */
    public TableDefinition {
      columns = List.copyOf(columns);
    }

    @Override
    public String kind() {
      return "table";
    }
  }

  /**
   * What a stream's program does not show, and its rows depend on. Stores from before there was
   * such a thing have none.
   *
   * @param fields where in a record the columns of sources are that it uses, by {@code
   *     source.stream.column}
   * @param functions the project's functions that it uses
   * @param jars the hashes of the project's jars, by name; empty if it uses no function
   */
  record UsesDefinition(
      String name, Map<String, String> fields, List<String> functions, Map<String, String> jars)
      implements Definition {
    /** Sorts the maps, so that equal definitions have equal texts. */
    public UsesDefinition {
      fields = new TreeMap<>(fields);
      functions = List.copyOf(functions);
      jars = new TreeMap<>(jars);
    }

    @Override
    public String kind() {
      return "uses";
    }

    /** Why rows that were computed with this would be others now; empty if they would not. */
    Optional<String> change(UsesDefinition now) {
      for (Map.Entry<String, String> field : now.fields.entrySet()) {
        String before = fields.get(field.getKey());
        if (before != null && !before.equals(field.getValue())) {
          return Optional.of("column `" + field.getKey() + "` is read in another way");
        }
      }
      if (functions.isEmpty()
          || now.functions.isEmpty()
          || Set.copyOf(jars.values()).equals(Set.copyOf(now.jars.values()))) {
        return Optional.empty();
      }
      String others =
          now.jars.keySet().stream()
              .filter(jar -> !jars.containsValue(now.jars.get(jar)))
              .collect(Collectors.joining(", "));
      return Optional.of(
          "function `"
              + now.functions.get(0)
              + "` may have changed: "
              + (others.isEmpty() ? "a jar is gone" : others + " is another file"));
    }
  }

  /** The rules by which a source's records are admitted, by option. */
  record AdmissionDefinition(String name, Map<String, String> rules) implements Definition {
    /** Sorts the map, so that equal definitions have equal texts. */
    public AdmissionDefinition {
      rules = new TreeMap<>(rules);
    }

    @Override
    public String kind() {
      return "admission";
    }

    /** What is another one, as {@code option before -> now}; empty if nothing is. */
    String change(AdmissionDefinition now) {
      return now.rules.entrySet().stream()
          .filter(r -> !r.getValue().equals(rules.getOrDefault(r.getKey(), r.getValue())))
          .map(r -> r.getKey() + " " + rules.get(r.getKey()) + " -> " + r.getValue())
          .collect(Collectors.joining(", "));
    }
  }

  /** A view; {@code text} is the hash of its SELECT. */
  record ViewDefinition(String name, String text) implements Definition {
    @Override
    public String kind() {
      return "view";
    }
  }
}
