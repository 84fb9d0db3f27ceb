package dev.millrace.engine;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.api.job.JobLog;
import dev.millrace.api.option.Options;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.batch.BatchLimits;
import dev.millrace.engine.batch.StoreAdapter;
import dev.millrace.engine.change.BuiltSinks;
import dev.millrace.engine.change.ChangePlan;
import dev.millrace.engine.change.ChangePlanner;
import dev.millrace.engine.change.LedgerScopes;
import dev.millrace.engine.change.Starts;
import dev.millrace.engine.change.StoreChange;
import dev.millrace.engine.change.StoredProject;
import dev.millrace.engine.delivery.Delivery;
import dev.millrace.engine.delivery.LiveView;
import dev.millrace.engine.flow.Fill;
import dev.millrace.engine.flow.FillParts;
import dev.millrace.engine.flow.FilledStream;
import dev.millrace.engine.flow.Flow;
import dev.millrace.engine.flow.FlowParts;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.job.JobTables;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeRows;
import dev.millrace.engine.lake.LakeVersions;
import dev.millrace.engine.lake.LakeWatch;
import dev.millrace.engine.ledger.Ledgers;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.lookup.LookupTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreError;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.ReaderOptions;
import dev.millrace.log.SourceState;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.sql.StreamProgram;
import dev.millrace.sql.gate.TableVersions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A project at work: its store, flows, deliveries and the sources that write its topics. {@link
 * #open} and {@link #start} mirror {@link #close}: store, topics, flows, deliveries, sources; and
 * back. Between the two the store can be queried, and nothing moves. Thread-safe.
 */
public final class Engine implements Instance, AutoCloseable {
  private final Project project;
  private final EngineOptions options;
  private final Map<String, StreamProgram> programs;
  private final Store store;
  private final List<Flow> flows = new ArrayList<>();
  private final List<Fill> fills = new ArrayList<>();
  private final List<Delivery> deliveries = new ArrayList<>();
  private final Map<String, Options> systems;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Set<String> ended = ConcurrentHashMap.newKeySet();
  private final StatusBoard board;

  /** Held while a fill replaces tables: transactions that replace the same view are in conflict. */
  private final Lock replacing = new ReentrantLock();

  private final FedTopics fed;
  private final TargetRegistry registry;
  private final Sinks sinks;
  private final SourceRunners sources;
  private final WorkingParts working;
  private final Ledgers ledgers;
  private BuiltSinks built;
  private volatile boolean delivering;
  private volatile boolean started;
  private boolean closed;
  private Optional<ChangePlan> edit = Optional.empty();
  private Optional<LakeWatch> watch = Optional.empty();
  private Optional<LakeRows> lakeRows = Optional.empty();

  /** When the last source ended, or this was made, by {@link System#nanoTime}. */
  private volatile long endedAt = System.nanoTime();

  private Engine(
      Project project, EngineOptions options, Map<String, StreamProgram> programs, Store store) {
    this.project = project;
    this.options = options;
    this.programs = programs;
    this.store = store;
    this.systems = new ConcurrentHashMap<>(options.systems());
    this.registry = new TargetRegistry(project.target(), systems);
    this.sinks = new Sinks(project, options, store, systems, registry);
    this.sources = new SourceRunners(project, options, systems);
    this.working = new WorkingParts(flows, deliveries, sources);
    this.ledgers = new Ledgers(project.name(), sources.connectors(), store);
    this.built = new BuiltSinks(project, Map.of(), store, this::committed);
    this.fed = new FedTopics(project);
    this.board = new StatusBoard(Instant.now(options.clock()), options.clock());
  }

  /**
   * Opens the store and makes in it what is missing. No other system needs to run yet.
   *
   * @param programs the project's streams, compiled without errors
   * @throws dev.millrace.api.error.StopException if the store is newer, locked or damaged
   */
  public static Engine open(
      Project project, Map<String, StreamProgram> programs, EngineOptions options) {
    Store store =
        Store.open(
            new StoreOptions(
                    options.folder(), project.timeZone(), options.memoryBytes(), options.threads())
                .with(ProjectFunctions.load(project.folder(), new Problems())));
    Engine engine = new Engine(project, options, programs, store);
    try {
      engine.open();
      return engine;
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    } catch (SQLException e) {
      engine.close();
      throw new IllegalStateException("the store could not be prepared", e);
    }
  }

  private void open() throws SQLException {
    try (Writer writer = store.writer()) {
      writer.transact(
          transaction -> {
            SystemTables.create(transaction);
            JobTables.create(transaction);
            StoreChange.create(transaction);
            LiveView.prepare(transaction, sinks.liveViews());
            ledgers.prepare(transaction, options.sources().values());
            return true;
          });
      lakeRows = options.lake().map(lake -> LakeRows.open(store, lake));
      StoredProject stored;
      try (Connection connection = store.connect()) {
        stored = StoredProject.read(connection, StoredProject.names(project));
      }
      Map<String, StreamProgram> started =
          Starts.apply(project, programs, stored, options.clock().instant());
      Map<String, LookupTable> delivered = LookupTables.delivered(project, started);
      ChangePlan plan =
          ChangePlanner.plan(
              project, started, delivered, stored, LedgerScopes.of(project, options.sources()));
      edit = stored.sources().isEmpty() ? Optional.empty() : Optional.of(plan);
      if (!plan.problems().isEmpty()) {
        throw new StopException(plan.problems());
      }
      built = new BuiltSinks(project, delivered, store, this::committed);
      StoreChange change = new StoreChange(store, project, started, stored, plan, built);
      List<FlowParts> parts =
          new FlowBuilder(project, started, registry, LookupTables.locate(project, started))
              .build();
      Map<String, FillParts> filled =
          FillParts.of(parts, plan.filled(), plan.undone(), Starts.instants(project, started));
      openFlows(parts, change, filled, stored);
      writer.transact(
          transaction -> {
            change.begin(transaction, parts, filled);
            return true;
          });
      for (Flow flow : flows) {
        flow.prepare(writer);
      }
      writer.transact(
          transaction -> {
            for (ModelSpec view : change.views()) {
              if (!change.reads(view, plan.filled())) {
                transaction.execute(StoreChange.viewSql(view));
              }
            }
            change.define(transaction);
            transaction.execute(StateView.create(flows, stored));
            return true;
          });
    }
    flows.forEach(flow -> flow.runner().outboxes().forEach(o -> deliveries.add(sinks.delivery(o))));
    built.outboxes().forEach(o -> deliveries.add(sinks.delivery(o, () -> built.problem(o))));
  }

  private void openFlows(
      List<FlowParts> all,
      StoreChange change,
      Map<String, FillParts> filled,
      StoredProject stored) {
    for (FlowParts parts : all) {
      Flow flow =
          new Flow(
              parts,
              store,
              options.cluster(),
              ReaderOptions.defaults(),
              options.clock(),
              this::committed);
      flows.add(flow);
      FillParts toFill = filled.get(parts.name());
      if (toFill != null) {
        fills.add(
            new Fill(
                toFill,
                flow,
                store,
                options.cluster(),
                options.clock(),
                new Fill.Replacement() {
                  @Override
                  public void replace(Transaction transaction, List<FilledStream> streams)
                      throws SQLException {
                    change.replace(transaction, streams, toFill.goesOn());
                  }

                  @Override
                  public void replaced(Writer writer) throws SQLException {
                    tellState(writer, stored);
                  }
                },
                replacing));
      }
    }
  }

  /** Makes the view of states anew, once a stream has other tables; one fill after the other. */
  private void tellState(Writer writer, StoredProject stored) throws SQLException {
    writer.transact(
        transaction -> {
          transaction.execute(StateView.create(flows, stored));
          return true;
        });
  }

  /**
   * Starts flows, the deliveries whose systems run, and sources. Called once, when Kafka runs.
   *
   * @throws dev.millrace.api.error.RetryException if Kafka does not answer
   * @throws StopException if an edit needs records that are gone, and could not be undone later
   */
  public void start() {
    try (TopicAdmin admin = TopicAdmin.open(options.cluster())) {
      admin.ensure(
          project.streams().stream()
              .map(s -> TopicDeclaration.of(s.topic(), s.partitions()))
              .distinct()
              .toList());
    }
    fills.forEach(Fill::requireHistory);
    startAll();
  }

  private synchronized void startAll() {
    if (closed) {
      return;
    }
    // From now on whatever becomes ready is started, here or by the thread that made it so.
    delivering = true;
    flows.forEach(Flow::start);
    fills.forEach(Fill::start);
    built.start();
    systems.keySet().forEach(this::startDeliveries);
    ledgers.start(options.cluster(), this::changed);
    watch = options.lake().map(lake -> new LakeWatch(store, lake, this::built));
    sources.start();
    started = true;
  }

  /**
   * Begins to read from and deliver to a system of the target that runs from now on. Until then its
   * sources wait, and changes for it are in its outboxes.
   *
   * @param system its name in the target
   * @param options its options, its address among them
   */
  public synchronized void connect(String system, Options options) {
    systems.put(system, options);
    if (delivering) {
      startDeliveries(system);
      sources.start();
    }
  }

  private void startDeliveries(String system) {
    deliveries.stream()
        .filter(d -> !closed)
        .filter(d -> d.outbox().sink().system().equals(system) && d.outbox().isReady())
        .forEach(Delivery::start);
  }

  private void committed() {
    if (delivering && deliveries.stream().anyMatch(d -> !d.isStarted() && d.outbox().isReady())) {
      // The stream of a sink was being filled until now.
      synchronized (this) {
        systems.keySet().forEach(this::startDeliveries);
      }
    }
    deliveries.forEach(Delivery::wake);
    changed();
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  @Override
  public Project project() {
    return project;
  }

  @Override
  public Map<String, StreamProgram> programs() {
    return programs;
  }

  @Override
  public Status status() {
    endSources();
    return board.status(
        flows, deliveries, sources.running(), store.bytes(), options.systemStatus().get());
  }

  /**
   * Tells flows of sources that have ended; a bounded source's watermark goes to the end once all
   * is read.
   */
  private void endSources() {
    sources
        .running()
        .forEach(
            (name, runner) -> {
              if (runner.state().status() == SourceState.Status.ENDED && ended.add(name)) {
                endedAt = System.nanoTime();
                for (Flow flow : flows) {
                  for (Admission admission : flow.runner().sources()) {
                    if (admission.stream().source().equals(name)
                        && admission.watermarks().micros() != Watermarks.ENDED) {
                      flow.sourceEnded(admission.stream().qualifiedName());
                    }
                  }
                }
              }
            });
  }

  /**
   * True if every source that this project runs has ended, or has looked since the last one did and
   * found nothing more, everything is read and every sink holds it; of what has not stopped.
   */
  public boolean isDone() {
    endSources();
    return started && sources.busy(endedAt).isEmpty() && isDrained();
  }

  /** True if everything in the topics is read and every sink holds it; of what has not stopped. */
  public boolean isDrained() {
    long before = written();
    if (!isQuiet()) {
      return false;
    }
    // What a sink has written to a topic may be news to a flow that reads it.
    return fed.isEmpty()
        || (fed.areRead(options.cluster(), working.flows()) && isQuiet() && written() == before);
  }

  private long written() {
    return deliveries.stream().mapToLong(d -> d.outbox().written()).sum();
  }

  private boolean isQuiet() {
    if (!working.flows().stream().allMatch(Flow::isCaughtUp) || !built.isCaughtUp()) {
      return false;
    }
    // Whoever asks waits for the end: a sink need not gather a large chunk.
    deliveries.forEach(Delivery::hurry);
    return working.deliveries().stream().allMatch(Delivery::isDrained);
  }

  /** What the project's edit means for the store; empty if the store is new. */
  public Optional<ChangePlan> edit() {
    return edit;
  }

  /** Sources that this project runs and that have not ended, by name. */
  public List<String> unboundedSources() {
    return sources.unbounded();
  }

  /** Stops the sources for good, so that what is in the topics is all there is. */
  public void stopSources() {
    sources.stop();
  }

  /** What is wrong now, for the summary; empty if all is well. */
  public List<Problem> problems() {
    return working.problems();
  }

  /** True if a part has stopped that a person has to look at before the project can be done. */
  public boolean hasStopped() {
    return working.hasStopped();
  }

  /** True if parts have stopped, and without them nothing can go on. */
  public boolean isAtAStandstill() {
    return started && working.areNone();
  }

  @Override
  public long replay(Optional<String> source) {
    try (Writer writer = store.writer()) {
      long marked = writer.transact(transaction -> SystemTables.markForReplay(transaction, source));
      flows.forEach(Flow::replay);
      return marked;
    } catch (SQLException e) {
      throw new StopException(
          Problem.error(
              StoreError.STATEMENT_FAILED, null, "the store failed: " + e.getMessage(), null),
          e);
    }
  }

  @Override
  public Set<String> amend(String source, LedgerAction action, Set<String> keys) {
    return sources.amend(source, action, keys);
  }

  @Override
  public Adapter models() {
    // Each build anew: it remembers what relations there were when it began.
    return new StoreAdapter(
        store,
        BatchLimits.besideStreams(options.threads(), options.memoryBytes()),
        project.folder(),
        this::built,
        options.lake());
  }

  /** What became of the project's jobs. */
  public JobLog jobLog() {
    return new JobTables(store);
  }

  @Override
  public TableVersions versions() {
    return LakeVersions.of(options.lake());
  }

  /** A build has committed these tables, or somebody else has in the lake. */
  private void built(Set<String> written) {
    flows.forEach(flow -> flow.written(written));
    built.written(written);
  }

  @Override
  public Connection read() throws SQLException {
    return store.connect();
  }

  @Override
  public AutoCloseable onCommit(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    stopSources();
    watch.ifPresent(LakeWatch::close);
    lakeRows.ifPresent(LakeRows::close);
    options.lake().ifPresent(Lake::close);
    ledgers.close();
    fills.forEach(Fill::close);
    built.close();
    flows.forEach(Flow::close);
    deliveries.forEach(Delivery::close);
    store.close();
  }
}
