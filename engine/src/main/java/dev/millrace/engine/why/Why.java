package dev.millrace.engine.why;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.Status;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.why.Explanation.Cause;
import dev.millrace.engine.why.Explanation.Held;
import dev.millrace.engine.why.Explanation.Partition;
import dev.millrace.engine.why.Explanation.Reason;
import dev.millrace.engine.why.Explanation.Windows;
import dev.millrace.project.AssetGraph.Edge;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.SourceSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamProgram;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds out why an asset has no output, or no newer one. For one question. */
public final class Why {
  /** So many records behind is more than the batch in hand. */
  private static final long FAR_BEHIND = 1_000;

  /** Nothing for so long is worth a word. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Project project;
  private final Map<String, StreamProgram> programs;
  private final StoreFacts facts;
  private final Optional<Status> status;
  private final Instant now;
  private final List<Reason> reasons = new ArrayList<>();
  private final Map<String, StoreFacts.Source> sources;
  private final Map<String, Long> changes;

  private Why(
      Project project,
      Map<String, StreamProgram> programs,
      StoreFacts facts,
      Optional<Status> status,
      Instant now)
      throws SQLException {
    this.project = project;
    this.programs = programs;
    this.facts = facts;
    this.status = status;
    this.now = now;
    this.sources = facts.sources();
    this.changes = facts.changes();
  }

  /**
   * Explains an asset of a project.
   *
   * @param store a connection to the project's store
   * @param status what the run is doing; empty if none runs
   * @param asset the id of an asset of the project's graph; for a sink its name will do
   * @return empty if there is no such asset
   */
  public static Optional<Explanation> explain(
      Project project,
      Map<String, StreamProgram> programs,
      Connection store,
      Optional<Status> status,
      Instant now,
      String asset)
      throws SQLException {
    Optional<String> id = AssetNames.find(project, asset);
    if (id.isEmpty()) {
      return Optional.empty();
    }
    Why why = new Why(project, programs, new StoreFacts(store), status, now);
    return Optional.of(why.explain(id.get()));
  }

  private Explanation explain(String asset) throws SQLException {
    Set<String> made = upstream(asset);
    if (status.isEmpty()) {
      add(
          Cause.NOT_RUNNING,
          asset,
          "the project does not run, so nothing moves; this is what its store knows",
          "start it with `millrace run`");
    }
    List<Partition> partitions = facts.partitions(made);
    List<Windows> windows = new ArrayList<>();
    for (StreamSpec stream : project.streams()) {
      if (made.contains(stream.qualifiedName())) {
        source(stream, partitions);
      }
    }
    List<Held> held = facts.held(made);
    Map<String, String> stopped = facts.stopped();
    for (ModelSpec model : project.models()) {
      StreamProgram program = programs.get(model.name());
      if (made.contains(model.name()) && program != null) {
        windows.addAll(stream(model, program, stopped, partitions, held));
      }
    }
    for (SinkSpec sink : project.sinks()) {
      if (asset.equals(AssetNames.SINK + sink.name()) || made.contains(sink.from())) {
        sink(sink, asset.equals(AssetNames.SINK + sink.name()));
      }
    }
    if (reasons.stream().allMatch(r -> r.cause() == Cause.NOT_RUNNING)) {
      reasons.add(none(asset));
    }
    reasons.sort(Comparator.comparing(Reason::cause));
    return new Explanation(
        asset, now, status.isPresent(), distinct(), partitions, windows, rows(held));
  }

  /** One of those that say the same: what stops a flow stops all of its assets. */
  private List<Reason> distinct() {
    Set<String> said = new HashSet<>();
    return reasons.stream()
        .filter(r -> said.add(r.cause() + (r.cause() == Cause.STOPPED ? "" : r.about()) + r.text()))
        .toList();
  }

  private static List<Held> rows(List<Held> held) {
    return held.stream().filter(h -> h.rows() > 0).toList();
  }

  private Reason none(String asset) {
    String changed =
        Optional.ofNullable(changes.get(asset))
            .map(n -> "; " + Words.count(n, "change") + " since the store was made")
            .orElse("");
    return new Reason(Cause.NONE, asset, "nothing holds it up" + changed, Optional.empty());
  }

  private void add(Cause cause, String about, String text, String advice) {
    reasons.add(
        new Reason(cause, about, text, advice.isEmpty() ? Optional.empty() : Optional.of(advice)));
  }

  private void add(Cause cause, String about, Problem problem) {
    reasons.add(new Reason(cause, about, problem.message(), Optional.ofNullable(problem.hint())));
  }

  /** The asset, and everything that it is made of. */
  private Set<String> upstream(String asset) {
    Set<String> found = new LinkedHashSet<>(List.of(asset));
    Set<String> next = Set.of(asset);
    while (!next.isEmpty()) {
      Set<String> before = new HashSet<>();
      for (Edge edge : project.graph().edges()) {
        if (next.contains(edge.to()) && found.add(edge.from())) {
          before.add(edge.from());
        }
      }
      next = before;
    }
    return found;
  }

  /** What the store knows of an end. */
  private void stored(String about, Optional<String> message) throws SQLException {
    if (message.isPresent()) {
      String hint = facts.hint(message.get()).orElse("mend the model, then run again");
      add(Cause.STOPPED, about, message.get(), hint);
    }
  }

  private boolean health(Health health, Optional<Problem> reason, String about) {
    Problem problem = reason.orElse(null);
    if (problem == null) {
      return false;
    }
    switch (health) {
      case STOPPED -> add(Cause.STOPPED, about, problem);
      case PAUSED -> add(Cause.PAUSED, about, problem);
      case RETRYING -> add(Cause.RETRYING, about, problem);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void source(StreamSpec stream, List<Partition> partitions) throws SQLException {
    String id = stream.qualifiedName();
    Optional<Status.SourceStatus> live =
        status.stream()
            .flatMap(s -> s.sources().stream())
            .filter(s -> s.id().equals(id))
            .findFirst();
    live.ifPresent(s -> health(s.health(), s.reason(), id));
    if (live.isEmpty()) {
      stored(id, facts.stoppedAt(id));
    }
    StoreFacts.Source counts = sources.getOrDefault(id, StoreFacts.Source.NONE);
    long lag = live.map(Status.SourceStatus::lag).orElse(0L);
    long refused = counts.late() + counts.rejected() + counts.duplicates();
    if (lag > FAR_BEHIND) {
      add(
          Cause.BEHIND,
          id,
          Words.count(lag, "record") + " of topic `" + stream.topic() + "` are still to be read",
          "wait, or see `system.batches` for how long batches take");
    }
    if (counts.rows() == 0 && refused == 0) {
      if (lag == 0) {
        nothingCame(stream);
      }
    } else if (counts.rows() == 0) {
      refused(Cause.ALL_REFUSED, stream, counts.late(), counts.rejected(), true);
    } else {
      StoreFacts.Refusals lately = facts.refusals(id);
      if (lately.late() + lately.rejected() > 0) {
        refused(Cause.REFUSED_LATELY, stream, lately.late(), lately.rejected(), false);
      }
      silent(stream, counts, partitions);
    }
  }

  private void nothingCame(StreamSpec stream) {
    boolean ours =
        project.sources().stream()
            .filter(s -> s.name().equals(stream.source()))
            .map(SourceSpec::connector)
            .anyMatch(Optional::isPresent);
    add(
        Cause.NOTHING_CAME,
        stream.qualifiedName(),
        "no record has ever been read from topic `" + stream.topic() + "`",
        ours
            ? "its connector writes it: see the source's state on its page, or the log"
            : "somebody else writes it: check the topic's name, and that transactions are"
                + " committed");
  }

  private void refused(Cause cause, StreamSpec stream, long late, long rejected, boolean all)
      throws SQLException {
    String id = stream.qualifiedName();
    String counts =
        late == 0
            ? Words.count(rejected, "record") + " rejected"
            : rejected == 0
                ? Words.count(late, "record") + " late"
                : Words.count(rejected, "record") + " rejected and " + late + " late";
    String reason =
        rejected == 0
            ? ""
            : facts.refusals(id).reason().map(r -> ", most for: " + Words.sentence(r)).orElse("");
    String when = all ? "every record was refused: " : "in the last five minutes: ";
    String table = rejected > 0 ? "rejected" : "late";
    String advice =
        rejected > 0
            ? "mend the columns or the writer, then `millrace replay`; see"
            : "raise `allowed_lateness` if they should count; see";
    add(cause, id, when + counts + reason, advice + " `SELECT * FROM system." + table + "`");
  }

  private void silent(StreamSpec stream, StoreFacts.Source counts, List<Partition> partitions) {
    Optional<Instant> newest =
        partitions.stream()
            .filter(p -> p.source().equals(stream.qualifiedName()))
            .flatMap(p -> p.newest().stream())
            .max(Comparator.naturalOrder());
    boolean old = newest.filter(n -> Duration.between(n, now).compareTo(SILENCE) > 0).isPresent();
    if (old && !counts.ended() && newest.isPresent()) {
      add(
          Cause.SILENT,
          stream.qualifiedName(),
          "its newest event is of "
              + Words.time(newest.get())
              + ", "
              + Words.duration(Duration.between(newest.get(), now))
              + " ago",
          "");
    }
  }

  private List<Windows> stream(
      ModelSpec model,
      StreamProgram program,
      Map<String, String> stopped,
      List<Partition> partitions,
      List<Held> held)
      throws SQLException {
    String id = model.name();
    stored(id, Optional.ofNullable(stopped.get(id)));
    boolean halted = stopped.containsKey(id);
    for (Status.StreamStatus s : status.map(Status::streams).orElse(List.of())) {
      if (s.id().equals(id) && !halted) {
        halted = health(s.health(), s.reason(), id);
      }
    }
    Optional<Windows> windows = facts.windows(id, program, project.streams(), sources);
    windows.ifPresent(w -> windows(id, w, partitions));
    program.inputs().stream().filter(Relation::isTable).forEach(i -> table(i.name(), held));
    boolean fed = program.inputs().stream().allMatch(input -> rowsOf(input, held) > 0);
    if (changes.getOrDefault(id, 0L) == 0 && fed && windows.isEmpty() && !halted) {
      filtered(id, program, held);
    }
    return windows.stream().toList();
  }

  /** A table that builds make, of which streams have seen nothing. */
  private void table(String name, List<Held> held) {
    if (tableRows(name, held) == 0) {
      add(
          Cause.TABLE_EMPTY,
          name,
          "`" + name + "` has no rows: no build has made it yet, or it is empty",
          "run `millrace build <project> --select " + name + "`");
    }
  }

  private static long tableRows(String name, List<Held> held) {
    return held.stream()
        .filter(h -> h.asset().equals(name) && h.operator().equals("copy"))
        .mapToLong(Held::rows)
        .sum();
  }

  private void filtered(String id, StreamProgram program, List<Held> held) {
    String inputs =
        program.inputs().stream()
            .map(i -> "`" + i.name() + "` has " + Words.count(rowsOf(i, held), "row"))
            .collect(Collectors.joining(", "));
    List<Held> waiting =
        held.stream()
            .filter(h -> h.asset().equals(id) && h.rows() > 0 && !h.operator().equals("result"))
            .toList();
    String holds =
        waiting.isEmpty()
            ? ""
            : "; it holds "
                + waiting.stream()
                    .map(h -> Words.count(h.rows(), "row") + " (" + Words.sentence(h.holds()) + ")")
                    .collect(Collectors.joining(", "));
    add(
        Cause.FILTERED,
        id,
        inputs + ", and the query has made no row of them" + holds,
        waiting.isEmpty()
            ? "look at its WHERE and its joins' conditions, beside a sample of its inputs"
            : "rows of a join wait for partners: compare the keys of both sides");
  }

  private long rowsOf(Relation input, List<Held> held) {
    if (input.isTable()) {
      return tableRows(input.name(), held);
    }
    StoreFacts.Source source = sources.get(input.name());
    return source == null ? changes.getOrDefault(input.name(), 0L) : source.rows();
  }

  private void windows(String id, Windows windows, List<Partition> partitions) {
    Set<String> made = upstream(id);
    List<Partition> holders =
        partitions.stream().filter(p -> p.holds() && made.contains(p.source())).toList();
    String oldest = Words.time(windows.oldest());
    String closes =
        windows
            .bound()
            .map(
                b ->
                    "the first one, of "
                        + oldest
                        + ", closes when its watermark has passed its end; windows before "
                        + Words.time(b)
                        + " are closed")
            .orElse("the first one is of " + oldest + ", and no watermark is known yet");
    add(
        Cause.WINDOWS_OPEN,
        id,
        "it publishes a window when it closes, and "
            + Words.count(windows.rows(), "row")
            + " of its state are in open ones: "
            + closes,
        holders.isEmpty()
            ? ""
            : "it closes with the next events behind its end (and `allowed_lateness`)");
    holders.forEach(p -> heldBack(p, partitions));
  }

  /** A watermark that one partition holds far behind the others. */
  private void heldBack(Partition holder, List<Partition> all) {
    Optional<Instant> ahead =
        all.stream()
            .filter(p -> p.source().equals(holder.source()))
            .flatMap(p -> p.newest().stream())
            .max(Comparator.naturalOrder());
    Duration lateness =
        project.streams().stream()
            .filter(s -> s.qualifiedName().equals(holder.source()))
            .map(StreamSpec::allowedLateness)
            .findFirst()
            .orElse(Duration.ZERO);
    String name = "partition " + holder.partition() + " of topic `" + holder.topic() + "`";
    String advice =
        "send events there, or let it count as idle sooner: lower `idle_after` of the stream";
    if (holder.newest().isEmpty()) {
      add(
          Cause.WATERMARK_HELD,
          holder.source(),
          name + " has had no row yet and is not idle, so no watermark is known",
          advice);
    } else if (ahead.isPresent()
        && Duration.between(holder.newest().get(), ahead.get()).compareTo(lateness) > 0) {
      add(
          Cause.WATERMARK_HELD,
          holder.source(),
          name
              + " holds the watermark at "
              + holder.watermark().map(Words::time).orElse("its place")
              + ": its newest event is of "
              + Words.time(holder.newest().get())
              + ", another partition's of "
              + Words.time(ahead.get()),
          advice);
    }
  }

  private void sink(SinkSpec sink, boolean asked) throws SQLException {
    String id = AssetNames.SINK + sink.name();
    Optional<Status.SinkStatus> live =
        status.stream()
            .flatMap(s -> s.sinks().stream())
            .filter(s -> s.id().equals(sink.name()))
            .findFirst();
    if (!asked) {
      // A sink that waits holds its flow up only when its outbox is full, which the flow says.
      return;
    }
    boolean said = live.isPresent() && health(live.get().health(), live.get().reason(), id);
    String delivered =
        facts
            .delivered(sink.name())
            .map(at -> "the last delivery was at " + Words.time(at))
            .orElse("it has never delivered");
    if (live.isPresent() && live.get().pending() > 0) {
      add(
          Cause.NOT_DELIVERED,
          id,
          Words.count(live.get().pending(), "change")
              + " wait in its outbox, the oldest for "
              + Words.duration(live.get().delay())
              + "; "
              + delivered,
          said ? "" : "see the system `" + sink.system() + "` on the page");
    } else if (status.isEmpty()) {
      add(Cause.NOT_DELIVERED, id, delivered, "");
    }
  }
}
