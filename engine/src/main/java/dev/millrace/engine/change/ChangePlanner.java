package dev.millrace.engine.change;

import dev.millrace.engine.change.AssetChange.Verdict;
import dev.millrace.engine.change.Definition.AdmissionDefinition;
import dev.millrace.engine.change.Definition.SinkDefinition;
import dev.millrace.engine.change.Definition.SourceDefinition;
import dev.millrace.engine.change.Definition.StreamDefinition;
import dev.millrace.engine.change.Definition.TableDefinition;
import dev.millrace.engine.change.Definition.UsesDefinition;
import dev.millrace.engine.change.Definition.ViewDefinition;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.lookup.LookupTables;
import dev.millrace.engine.store.Instants;
import dev.millrace.log.KafkaSystem;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.SystemSpec;
import dev.millrace.sql.StreamProgram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares a project with what a store was filled by. A stream is filled again if its program is
 * another one, if it keeps rows for longer, or if something that it reads is filled again. Its
 * history comes from the tables of streams that stay and have kept everything; else from the
 * topics, and then together with the streams between, so that the hidden identities of rows agree.
 */
public final class ChangePlanner {
  private final StoredProject stored;
  private final Map<String, StreamDefinition> streams = new LinkedHashMap<>();
  private final Map<String, SinkDefinition> sinks = new LinkedHashMap<>();
  private final Set<String> toTopics = new HashSet<>();
  private final Map<String, SourceDefinition> sources = new LinkedHashMap<>();
  private final Map<String, AdmissionDefinition> admissions = new HashMap<>();

  /** Why streams whose programs are as before would have other rows. */
  private final Map<String, String> otherUses = new HashMap<>();

  private final Map<String, ViewDefinition> views;
  private final Map<String, TableDefinition> lookups;
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private final Set<String> tables = new TreeSet<>();
  private final Map<String, String> undone = new HashMap<>();
  private final Map<String, Map<String, String>> scopes;
  private final List<AssetChange> changes = new ArrayList<>();

  private ChangePlanner(
      Project project,
      Map<String, StreamProgram> programs,
      Map<String, LookupTable> delivered,
      StoredProject stored,
      Map<String, Map<String, String>> scopes) {
    this.stored = stored;
    this.scopes = scopes;
    for (StreamSpec stream : project.streams()) {
      sources.put(stream.qualifiedName(), Definitions.of(stream));
      admissions.put(stream.qualifiedName(), Definitions.admission(stream));
    }
    FunctionJars jars = FunctionJars.of(project.folder());
    for (ModelSpec model : project.models()) {
      StreamProgram program = programs.get(model.name());
      if (program != null) {
        UsesDefinition uses = Definitions.uses(model.name(), program, project.streams(), jars);
        stored
            .uses(model.name())
            .flatMap(old -> old.change(uses))
            .ifPresent(reason -> otherUses.put(model.name(), reason));
        streams.put(model.name(), Definitions.of(model, program));
      }
    }
    for (SinkSpec sink : project.sinks()) {
      StreamProgram program = programs.get(sink.from());
      if (program != null) {
        sinks.put(sink.name(), Definitions.of(sink, program));
      }
      LookupTable table = delivered.get(sink.from());
      if (table != null) {
        sinks.put(sink.name(), Definitions.of(sink, table.columns()));
      }
      if (project.target().system(sink.system()).filter(ChangePlanner::hasTopics).isPresent()) {
        toTopics.add(sink.name());
      }
    }
    this.views = Definitions.byName(Definitions.views(project));
    this.lookups = Definitions.byName(Definitions.tables(programs));
  }

  /**
   * The plan.
   *
   * @param programs the project's streams, compiled without errors
   * @param scopes as {@link LedgerScopes} has them
   */
  public static ChangePlan plan(
      Project project,
      Map<String, StreamProgram> programs,
      StoredProject stored,
      Map<String, Map<String, String>> scopes) {
    return plan(project, programs, LookupTables.delivered(project, programs), stored, scopes);
  }

  /**
   * As the other.
   *
   * @param delivered the tables of builds that sinks deliver, by name
   */
  public static ChangePlan plan(
      Project project,
      Map<String, StreamProgram> programs,
      Map<String, LookupTable> delivered,
      StoredProject stored,
      Map<String, Map<String, String>> scopes) {
    return new ChangePlanner(project, programs, delivered, stored, scopes).plan();
  }

  private ChangePlan plan() {
    SourceChanges ofSources = new SourceChanges(stored, admissions);
    scopes.forEach((source, scope) -> ofSources.ledger(source, scope).ifPresent(changes::add));
    sources.values().forEach(s -> changes.add(ofSources.of(s)));
    streams.values().forEach(s -> ownReason(s).ifPresent(reason -> reasons.put(s.name(), reason)));
    while (spread()) {
      // Until no other stream is concerned.
    }
    undone.putAll(UndoneEdits.of(stored, streams, sources, reasons.keySet(), otherUses.keySet()));
    streams.values().forEach(this::stream);
    views.values().forEach(this::view);
    sinks.values().forEach(this::sink);
    removed();
    return new ChangePlan(changes, reasons.keySet(), undone, tables);
  }

  private static boolean hasTopics(SystemSpec system) {
    return system.type().equals(KafkaSystem.NAME);
  }

  /** Why a stream's table has to be filled, whatever it reads; empty if it need not be. */
  private Optional<String> ownReason(StreamDefinition stream) {
    Optional<StreamDefinition> old = stored.stream(stream.name());
    if (old.isEmpty()) {
      boolean delivered =
          sinks.values().stream()
              .anyMatch(s -> s.from().equals(stream.name()) && stored.sink(s.name()).isPresent());
      return delivered || readsHistory(stream) ? Optional.of("new") : Optional.empty();
    }
    if (!old.get().fingerprint().equals(stream.fingerprint())) {
      return Optional.of("its query is another one");
    }
    String use = otherUses.get(stream.name());
    if (use != null) {
      return Optional.of(use);
    }
    if (!stored.current().contains(stream.name())) {
      return Optional.of("an edit of it was under way");
    }
    Optional<String> table = stream.inputs().stream().filter(this::hasOtherColumns).findFirst();
    if (table.isPresent()) {
      return Optional.of("streams use other columns of `" + table.get() + "`");
    }
    boolean longer =
        !old.get().isComplete()
            && (stream.isComplete() || stream.retainMicros() > old.get().retainMicros());
    return longer ? Optional.of("it keeps rows for longer") : Optional.empty();
  }

  /** True if the copy of a table that streams look up has to be made anew. */
  private boolean hasOtherColumns(String input) {
    TableDefinition table = lookups.get(input);
    return table != null && !table.equals(stored.table(input).orElse(table));
  }

  /** True if something was read already of what the stream reads, directly or not. */
  private boolean readsHistory(StreamDefinition stream) {
    return stream.inputs().stream()
        .anyMatch(
            input -> {
              StreamDefinition upstream = streams.get(input);
              return upstream == null
                  ? stored.read().contains(input) || stored.table(input).isPresent()
                  : readsHistory(upstream);
            });
  }

  /** Finds more streams that have to be filled; returns false if there are none. */
  private boolean spread() {
    Map<String, String> more = new LinkedHashMap<>();
    tables.clear();
    for (StreamDefinition stream : streams.values()) {
      if (!reasons.containsKey(stream.name())) {
        stream.inputs().stream()
            .filter(reasons::containsKey)
            .findFirst()
            .ifPresent(input -> more.put(stream.name(), "it reads `" + input + "`"));
        continue;
      }
      for (String input : stream.inputs()) {
        StreamDefinition upstream = streams.get(input);
        if (upstream != null && !reasons.containsKey(input)) {
          if (upstream.isComplete()) {
            tables.add(input);
          } else {
            more.put(
                input, "`" + stream.name() + "` reads all of its rows, not only those it keeps");
          }
        }
      }
    }
    more.forEach(reasons::putIfAbsent);
    return !more.isEmpty();
  }

  private boolean isFromTopics(StreamDefinition stream) {
    return stream.inputs().stream()
        .anyMatch(
            input -> {
              StreamDefinition upstream = streams.get(input);
              return (upstream == null && !lookups.containsKey(input))
                  || (upstream != null && reasons.containsKey(input) && isFromTopics(upstream));
            });
  }

  private void stream(StreamDefinition stream) {
    Optional<StreamDefinition> old = stored.stream(stream.name());
    String reason = reasons.get(stream.name());
    if (reason == null) {
      kept(stream, old);
      return;
    }
    if (undone.containsKey(stream.name())) {
      changes.add(
          new AssetChange(
              "stream",
              stream.name(),
              Verdict.STATE_REUSED,
              "an edit of it was under way and is undone",
              List.of("goes on from where it stood still, with the rows that have come since")));
      return;
    }
    List<String> notes = new ArrayList<>();
    boolean topics = isFromTopics(stream);
    Set<String> gone = topics ? gone(stream) : Set.of();
    if (!gone.isEmpty() && stored.current().contains(stream.name())) {
      changes.add(
          new AssetChange(
              "stream",
              stream.name(),
              Verdict.CANNOT,
              reason
                  + ", and the first records of topic "
                  + String.join(", ", gone)
                  + " are deleted",
              List.of("undo the edit, or give it a `start` that the topic still holds")));
      return;
    }
    notes.add(
        topics ? "filled from " + since(stream) + topics(stream) : "filled from " + tables(stream));
    if (old.isPresent()) {
      notes.add("the old table stands still and can be queried until the new one replaces it");
    }
    changes.add(
        new AssetChange(
            "stream",
            stream.name(),
            old.isEmpty()
                ? Verdict.NEW
                : topics ? Verdict.REBUILT_FROM_TOPIC : Verdict.REBUILT_FROM_TABLE,
            reason.equals("new") ? "" : reason,
            notes));
  }

  private void kept(StreamDefinition stream, Optional<StreamDefinition> old) {
    if (old.isEmpty()) {
      changes.add(
          new AssetChange(
              "stream",
              stream.name(),
              Verdict.NEW,
              "",
              List.of("starts with its topics' first record")));
    } else if (old.get().retainMicros() != stream.retainMicros()) {
      changes.add(
          new AssetChange(
              "stream",
              stream.name(),
              Verdict.STATE_REUSED,
              "it keeps rows for a shorter time",
              List.of("rows that are older are dropped with the next batches")));
    } else if (!old.get().text().equals(stream.text())) {
      changes.add(
          new AssetChange(
              "stream",
              stream.name(),
              Verdict.COSMETIC,
              "written differently, same program",
              List.of()));
    } else {
      changes.add(new AssetChange("stream", stream.name(), Verdict.UNCHANGED, "", List.of()));
    }
  }

  private static String since(StreamDefinition stream) {
    long micros = stream.startMicros();
    return micros == StreamDefinition.BEGINNING
        ? "the beginning of "
        : "the rows since " + Instants.of(micros) + " of ";
  }

  private String topics(StreamDefinition stream) {
    Set<String> names = new TreeSet<>();
    collectTopics(stream, names);
    return (names.size() == 1 ? "topic " : "topics ") + String.join(", ", names);
  }

  /** Topics that a stream is filled from and whose beginning is gone. */
  private Set<String> gone(StreamDefinition stream) {
    Set<String> names = new TreeSet<>();
    if (stream.startMicros() == StreamDefinition.BEGINNING) {
      collectTopics(stream, names);
    }
    names.retainAll(stored.gone());
    return names;
  }

  private void collectTopics(StreamDefinition stream, Set<String> names) {
    for (String input : stream.inputs()) {
      StreamDefinition upstream = streams.get(input);
      if (lookups.containsKey(input)) {
        continue;
      } else if (upstream == null) {
        names.add(
            Optional.ofNullable(sources.get(input)).map(SourceDefinition::topic).orElse(input));
      } else if (reasons.containsKey(input)) {
        collectTopics(upstream, names);
      }
    }
  }

  private String tables(StreamDefinition stream) {
    return "the rows of "
        + String.join(", ", stream.inputs().stream().map(i -> "`" + i + "`").toList());
  }

  private void view(ViewDefinition view) {
    Optional<ViewDefinition> old =
        stored.views().stream().filter(v -> v.name().equals(view.name())).findFirst();
    Verdict verdict =
        old.isEmpty()
            ? Verdict.NEW
            : old.get().equals(view) ? Verdict.UNCHANGED : Verdict.STATE_REUSED;
    changes.add(
        new AssetChange(
            "view",
            view.name(),
            verdict,
            verdict == Verdict.STATE_REUSED ? "its query is another one" : "",
            List.of()));
  }

  private void sink(SinkDefinition sink) {
    Optional<SinkDefinition> old = stored.sink(sink.name());
    boolean filled = reasons.containsKey(sink.from());
    if (old.isEmpty()) {
      boolean history = stored.stream(sink.from()).isPresent() || filled;
      changes.add(
          new AssetChange(
              "sink",
              sink.name(),
              Verdict.NEW,
              "",
              history ? List.of("gets the whole table of `" + sink.from() + "`") : List.of()));
      return;
    }
    if (!filled && old.get().isLike(sink)) {
      changes.add(new AssetChange("sink", sink.name(), Verdict.UNCHANGED, "", List.of()));
      return;
    }
    SinkNotes notes = new SinkNotes(old.get(), sink, toTopics.contains(sink.name()));
    changes.add(
        notes
            .refusal()
            .orElseGet(
                () ->
                    new AssetChange(
                        "sink",
                        sink.name(),
                        Verdict.DELIVERED_AGAIN,
                        filled
                            ? "`" + sink.from() + "` is filled again"
                            : "its declaration is another one",
                        notes.notes())));
  }

  private void removed() {
    for (SourceDefinition source : stored.sources()) {
      if (!sources.containsKey(source.name())) {
        long refused = stored.figure("source", source.name());
        remove(
            source,
            refused == 0
                ? "its position and watermark are forgotten; the topic stays"
                : "its position, its watermark and "
                    + refused
                    + " late, rejected and repeated records are forgotten; the topic stays");
      }
    }
    stored.streams().stream()
        .filter(s -> !streams.containsKey(s.name()))
        .forEach(s -> remove(s, "its table and its state are dropped"));
    stored.views().stream()
        .filter(v -> !views.containsKey(v.name()))
        .forEach(v -> remove(v, "the view is dropped"));
    for (SinkDefinition sink : stored.sinks()) {
      if (!sinks.containsKey(sink.name())) {
        long waiting = stored.figure("sink", sink.name());
        remove(
            sink,
            "`"
                + sink.table()
                + "` stays as it is"
                + (waiting == 0
                    ? ""
                    : ", without " + waiting + " changes that it has not got yet"));
      }
    }
  }

  private void remove(Definition definition, String note) {
    changes.add(
        new AssetChange(definition.kind(), definition.name(), Verdict.REMOVED, "", List.of(note)));
  }
}
