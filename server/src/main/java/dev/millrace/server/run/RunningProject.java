package dev.millrace.server.run;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.option.Options;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.engine.Engine;
import dev.millrace.engine.EngineOptions;
import dev.millrace.orchestrate.Jobs;
import dev.millrace.project.SystemSpec;
import dev.millrace.server.BuildTurn;
import dev.millrace.server.JobBuilds;
import dev.millrace.server.MillraceServer;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A project that runs in this process. {@link #begin} and {@link #open} go: data folder, lock,
 * embedded systems side by side, store, page, flows; {@link #close} goes back. Whoever only looks
 * need not wait for the systems, nor streams for the sinks' systems. Thread-safe.
 */
public final class RunningProject implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningProject.class);

  private final RunOptions options;
  private final DataFolder folder;
  private final Deque<AutoCloseable> toClose = new ConcurrentLinkedDeque<>();
  private final InstanceLock lock;
  private final EmbeddedSystems systems;
  private @Nullable Engine engine;
  private @Nullable Jobs jobs;
  private @Nullable URI address;

  private RunningProject(RunOptions options) {
    this.options = options;
    this.folder = DataFolder.open(options.project().folder());
    this.lock = InstanceLock.acquire(folder);
    toClose.push(lock);
    try {
      this.systems = new EmbeddedSystems(options.project(), folder, system -> true);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    toClose.push(systems);
  }

  /** What can go wrong with a run as a whole. */
  public enum RunError implements ErrorCode {
    /** The target names no Kafka. */
    KAFKA_MISSING(Blame.USER),
    /** A system cannot be embedded. */
    NOT_EMBEDDABLE(Blame.USER),
    /** An embedded system did not start, for a reason that it does not know. */
    SYSTEM_FAILED(Blame.INTERNAL);

    private final Blame blame;

    RunError(Blame blame) {
      this.blame = blame;
    }

    @Override
    public Blame blame() {
      return blame;
    }
  }

  /**
   * Takes the project's folder and begins to start its embedded systems, without waiting for them.
   *
   * @param progress told what is being started, in a short line
   * @throws MillraceException with every problem; nothing is left running
   */
  public static RunningProject begin(RunOptions options, Consumer<String> progress) {
    RunningProject run = new RunningProject(options);
    List<String> embedded =
        options.project().target().systems().stream()
            .filter(SystemSpec::embedded)
            .map(SystemSpec::name)
            .toList();
    if (!embedded.isEmpty()) {
      progress.accept("starting " + String.join(", ", embedded));
    }
    return run;
  }

  /**
   * Starts everything else. Systems that only sinks need may still be starting when this returns.
   *
   * @param programs the project's streams, compiled without errors
   * @param connectors those on the class path
   * @param progress told what is being started, in a short line
   * @throws MillraceException with every problem; the caller closes this
   */
  public void open(
      Map<String, StreamProgram> programs, Connectors connectors, Consumer<String> progress) {
    progress.accept("starting streams");
    Path storeFolder = folder.resolve("store");
    if (options.fresh()) {
      delete(storeFolder);
      // Runs of jobs are counted from 1 again.
      delete(folder.resolve("jobs"));
    }
    Engine opened = engine(programs, connectors, storeFolder);
    engine = opened;
    toClose.push(opened);
    BuildTurn turn = new BuildTurn();
    Jobs planned =
        Jobs.open(
            options.project(),
            opened.jobLog(),
            new JobBuilds(options.project(), manifest -> opened.models(), turn),
            Clock.systemUTC());
    jobs = planned;
    MillraceServer server =
        MillraceServer.start(opened, Optional.of(planned), turn, options.port());
    toClose.push(server);
    // A page may look until the end, but no run begins or goes on.
    toClose.push(planned);
    // The first to go: views of the lake, or a build, may wait for HDFS.
    toClose.push(systems::release);
    address = server.address();
    lock.announce(server.address().toString());
    systems.awaitKafka();
    opened.start();
    systems
        .embeddedKafka()
        .ifPresent(
            name ->
                opened.connect(name, withAddress(name, Map.of("url", systems.cluster().url()))));
    systems.onStarted((name, started) -> opened.connect(name, withAddress(name, started)));
    planned.start();
  }

  private Engine engine(
      Map<String, StreamProgram> programs, Connectors connectors, Path storeFolder) {
    Map<String, Options> external = new HashMap<>();
    for (SystemSpec system : options.project().target().systems()) {
      if (!system.embedded()) {
        external.put(system.name(), system.options());
      }
    }
    return Engine.open(
        options.project(),
        programs,
        new EngineOptions(
            storeFolder,
            systems.cluster(),
            connectors.sources(),
            connectors.sinks(),
            external,
            options.replaceSinks(),
            options.memoryBytes(),
            Math.max(2, Runtime.getRuntime().availableProcessors()),
            Clock.systemUTC(),
            systems::status,
            TargetLake.of(
                options.project().name(),
                options.project().target(),
                folder,
                connectors,
                systems::awaitHdfs)));
  }

  private Options withAddress(String name, Map<String, Object> started) {
    return options.project().target().system(name).orElseThrow().options().with(started);
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What runs. */
  public Engine engine() {
    Engine running = engine;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  /** Its jobs. */
  public Jobs jobs() {
    Jobs known = jobs;
    if (known == null) {
      throw new IllegalStateException("not started");
    }
    return known;
  }

  /** Where the page is. */
  public URI address() {
    URI known = address;
    if (known == null) {
      throw new IllegalStateException("not started");
    }
    return known;
  }

  /** What makes going on pointless, such as a broken broker; empty while all is well or passing. */
  public List<Problem> faults() {
    return systems.faults();
  }

  /** Stops everything in the reverse order. Never throws; may be repeated. */
  @Override
  public void close() {
    for (AutoCloseable part = toClose.poll(); part != null; part = toClose.poll()) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("while stopping", e);
      }
    }
  }
}
