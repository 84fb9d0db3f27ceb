package dev.millrace.server.run;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.EmbeddedSystem;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.PostgresType;
import dev.millrace.embedded.Supervisor;
import dev.millrace.engine.Engine;
import dev.millrace.engine.EngineOptions;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SystemStatus;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.KafkaSystem;
import dev.millrace.project.Project;
import dev.millrace.project.SystemSpec;
import dev.millrace.server.MillraceServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A project that runs in this process. {@link #start} goes: data folder, lock, embedded systems
 * side by side, engine, page; {@link #close} goes back. Thread-safe.
 */
public final class RunningProject implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningProject.class);

  private final RunOptions options;
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final AtomicReference<@Nullable Problem> brokerFault = new AtomicReference<>();
  private @Nullable Supervisor supervisor;
  private @Nullable Engine engine;
  private @Nullable URI address;

  private RunningProject(RunOptions options) {
    this.options = options;
  }

  /** What can go wrong with a run as a whole. */
  public enum RunError implements ErrorCode {
    /** The target names no Kafka. */
    KAFKA_MISSING(Blame.USER),
    /** A system cannot be embedded. */
    NOT_EMBEDDABLE(Blame.USER);

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
   * Starts everything.
   *
   * @param progress told what is being started, one short line each
   * @throws MillraceException with every problem; nothing is left running
   */
  public static RunningProject start(RunOptions options, Consumer<String> progress) {
    RunningProject run = new RunningProject(options);
    try {
      run.open(progress);
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  private void open(Consumer<String> progress) {
    Project project = options.project();
    DataFolder folder = DataFolder.open(project.folder());
    InstanceLock lock = InstanceLock.acquire(folder);
    toClose.add(lock);
    Path storeFolder = folder.resolve("store");
    if (options.fresh()) {
      delete(storeFolder);
    }
    List<SystemSpec> embedded =
        project.target().systems().stream().filter(SystemSpec::embedded).toList();
    if (!embedded.isEmpty()) {
      progress.accept(
          "starting " + String.join(", ", embedded.stream().map(SystemSpec::name).toList()));
    }
    Ports ports = new Ports(folder);
    CompletableFuture<Cluster> kafka = CompletableFuture.supplyAsync(() -> kafka(folder, ports));
    CompletableFuture<Map<String, Map<String, Object>>> others =
        CompletableFuture.supplyAsync(() -> others(folder, ports));
    CompletableFuture<Connectors> connectors = CompletableFuture.supplyAsync(Connectors::new);
    Cluster cluster = awaitBoth(kafka, others);
    Map<String, Options> systems = new HashMap<>();
    for (SystemSpec system : project.target().systems()) {
      Map<String, Object> started = others.join().get(system.name());
      systems.put(
          system.name(), started == null ? system.options() : system.options().with(started));
    }
    progress.accept("starting streams");
    Connectors found = connectors.join();
    Engine started =
        Engine.start(
            project,
            new EngineOptions(
                storeFolder,
                cluster,
                found.sources(),
                found.sinks(),
                systems,
                options.replaceSinks(),
                options.memoryBytes(),
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                Clock.systemUTC(),
                this::systemStatus));
    engine = started;
    toClose.add(started);
    MillraceServer server = MillraceServer.start(started, options.port());
    toClose.add(server);
    address = server.address();
    lock.announce(server.address().toString());
  }

  /** Waits for both, so that what did start is closed if the other did not. */
  private static Cluster awaitBoth(CompletableFuture<Cluster> kafka, CompletableFuture<?> others) {
    List<Problem> problems = new ArrayList<>();
    for (CompletableFuture<?> future : List.of(kafka, others)) {
      try {
        future.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof MillraceException known) {
          problems.addAll(known.problems());
        } else {
          throw e;
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new StopException(problems);
    }
    return kafka.join();
  }

  private Cluster kafka(DataFolder folder, Ports ports) {
    SystemSpec spec =
        options.project().target().systems().stream()
            .filter(s -> s.type().equals(KafkaSystem.NAME))
            .findFirst()
            .orElseThrow(
                () ->
                    new StopException(
                        Problem.error(
                            RunError.KAFKA_MISSING,
                            null,
                            "target `" + options.project().target().name() + "` names no Kafka",
                            "add `kafka: embedded` to the target in millrace.yml"),
                        null));
    if (!spec.embedded()) {
      return KafkaSystem.cluster(spec.options());
    }
    EmbeddedBroker broker =
        EmbeddedBroker.start(folder.resolve("kafka"), ports.port("kafka"), this::brokerFailed);
    synchronized (toClose) {
      toClose.add(broker);
    }
    return broker.cluster();
  }

  private void brokerFailed(Problem problem) {
    LOG.error("the embedded Kafka broker failed: {}", problem);
    brokerFault.set(problem);
  }

  private Map<String, Map<String, Object>> others(DataFolder folder, Ports ports) {
    List<EmbeddedSystem> systems = new ArrayList<>();
    for (SystemSpec spec : options.project().target().systems()) {
      if (!spec.embedded() || spec.type().equals(KafkaSystem.NAME)) {
        continue;
      }
      PostgresType postgres = new PostgresType();
      if (!spec.type().equals(postgres.type())) {
        throw new StopException(
            Problem.error(
                RunError.NOT_EMBEDDABLE,
                spec.where(),
                "system `" + spec.name() + "` of type `" + spec.type() + "` cannot be embedded",
                "give its `url`; embedded can be: kafka, " + postgres.type()),
            null);
      }
      systems.add(postgres.create(spec.name(), options.project().name(), folder, ports));
    }
    if (systems.isEmpty()) {
      return Map.of();
    }
    Supervisor all = new Supervisor(systems);
    Map<String, Map<String, Object>> started = all.start();
    supervisor = all;
    synchronized (toClose) {
      toClose.add(all);
    }
    return started;
  }

  private List<SystemStatus> systemStatus() {
    List<SystemStatus> status = new ArrayList<>();
    Supervisor all = supervisor;
    for (SystemSpec spec : options.project().target().systems()) {
      Health health = Health.OK;
      String detail = spec.embedded() ? "embedded" : "external";
      if (spec.type().equals(KafkaSystem.NAME)) {
        Problem fault = brokerFault.get();
        if (fault != null) {
          health = Health.STOPPED;
          detail = fault.message();
        }
      } else if (all != null) {
        for (Supervisor.Status system : all.status()) {
          if (system.name().equals(spec.name()) && system.state() != Supervisor.State.RUNNING) {
            health = system.state() == Supervisor.State.STOPPED ? Health.STOPPED : Health.RETRYING;
            detail = system.error().orElse("starting");
          }
        }
      }
      status.add(new SystemStatus(spec.name(), spec.type(), spec.embedded(), health, detail));
    }
    return status;
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

  /** Where the page is. */
  public URI address() {
    URI known = address;
    if (known == null) {
      throw new IllegalStateException("not started");
    }
    return known;
  }

  /** What makes going on pointless, such as a broken broker; empty while all is well or passing. */
  public Optional<Problem> fatal() {
    return Optional.ofNullable(brokerFault.get());
  }

  /** Stops everything in the reverse order. Never throws; may be repeated. */
  @Override
  public void close() {
    List<AutoCloseable> parts;
    synchronized (toClose) {
      parts = new ArrayList<>(toClose);
      toClose.clear();
    }
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        LOG.warn("while stopping", e);
      }
    }
  }
}
