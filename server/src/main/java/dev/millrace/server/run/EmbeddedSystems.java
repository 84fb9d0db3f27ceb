package dev.millrace.server.run;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.EmbeddedSystem;
import dev.millrace.embedded.EmbeddedSystemType;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.Supervisor;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SystemStatus;
import dev.millrace.formats.registry.RegistryOptions;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.KafkaSystem;
import dev.millrace.project.Project;
import dev.millrace.project.SystemSpec;
import dev.millrace.registry.RegistrySystem;
import dev.millrace.server.run.RunningProject.RunError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The systems that a target embeds, each started on a thread of its own: Kafka in this process, the
 * others under a {@link Supervisor}. Thread-safe.
 */
final class EmbeddedSystems implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedSystems.class);

  private static final Map<String, EmbeddedSystemType> TYPES = types();
  private static final String LAKE = "lake";

  private final Project project;
  private final Cluster cluster;
  private final @Nullable CompletableFuture<EmbeddedBroker> broker;
  private final @Nullable Supervisor supervisor;
  private final CompletableFuture<Map<String, Map<String, Object>>> others;
  private volatile List<Problem> brokerFaults = List.of();
  private volatile List<Problem> otherFaults = List.of();
  private volatile boolean closing;

  /**
   * Begins to start them and returns at once.
   *
   * @param wanted which of them besides Kafka
   * @throws StopException if the target names no Kafka, or a system that cannot be embedded
   */
  EmbeddedSystems(Project project, DataFolder folder, Predicate<SystemSpec> wanted) {
    this.project = project;
    SystemSpec kafka = kafka();
    Ports ports = new Ports(folder);
    if (kafka.embedded()) {
      int port = ports.port(KafkaSystem.NAME);
      // Known before it answers, so that the engine can be made meanwhile.
      cluster = Cluster.of("127.0.0.1:" + port);
      broker =
          CompletableFuture.supplyAsync(
              () -> EmbeddedBroker.start(folder.resolve("kafka"), port, this::brokerFailed),
              task -> thread(task, "start-kafka"));
    } else {
      cluster = KafkaSystem.cluster(kafka.options());
      broker = null;
    }
    List<EmbeddedSystem> children = children(folder, ports, wanted);
    if (children.isEmpty()) {
      supervisor = null;
      others = CompletableFuture.completedFuture(Map.of());
    } else {
      Supervisor all = new Supervisor(children);
      supervisor = all;
      others = CompletableFuture.supplyAsync(all::start, task -> thread(task, "start-systems"));
      others.exceptionally(
          e -> {
            startFailed(e);
            return Map.of();
          });
    }
  }

  private static Map<String, EmbeddedSystemType> types() {
    Map<String, EmbeddedSystemType> types = new TreeMap<>();
    ServiceLoader.load(EmbeddedSystemType.class).forEach(t -> types.put(t.type(), t));
    return types;
  }

  private static void thread(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private SystemSpec kafka() {
    return project.target().systems().stream()
        .filter(s -> s.type().equals(KafkaSystem.NAME))
        .findFirst()
        .orElseThrow(
            () ->
                new StopException(
                    Problem.error(
                        RunError.KAFKA_MISSING,
                        null,
                        "target `" + project.target().name() + "` names no Kafka",
                        "add `kafka: embedded` to the target in millrace.yml"),
                    null));
  }

  private List<EmbeddedSystem> children(
      DataFolder folder, Ports ports, Predicate<SystemSpec> wanted) {
    List<EmbeddedSystem> systems = new ArrayList<>();
    Optional<HdfsSystem> hdfs =
        TargetLake.hdfs(project.target())
            .filter(SystemSpec::embedded)
            .map(s -> new HdfsSystem(s.name(), folder.resolve(s.name()), ports));
    for (SystemSpec spec : project.target().systems()) {
      if (!spec.embedded() || spec.equals(kafka()) || !wanted.test(spec)) {
        continue;
      }
      if (spec.type().equals(RegistryOptions.TYPE)) {
        systems.add(registry(spec, ports));
        continue;
      }
      if (spec.type().equals(LAKE)) {
        // Sinks wait until all systems run, so the address is enough.
        systems.add(
            TargetLake.embedded(
                spec, project.name(), project.target(), folder, () -> hdfs.get().options()));
        continue;
      }
      if (TargetLake.hdfs(project.target()).filter(spec::equals).isPresent()) {
        systems.add(hdfs.get());
        continue;
      }
      EmbeddedSystemType type = TYPES.get(spec.type());
      if (type == null) {
        throw new StopException(
            Problem.error(
                RunError.NOT_EMBEDDABLE,
                spec.where(),
                "system `" + spec.name() + "` of type `" + spec.type() + "` cannot be embedded",
                "give its `url`; embedded can be: "
                    + KafkaSystem.NAME
                    + ", "
                    + RegistryOptions.TYPE
                    + ", "
                    + String.join(", ", TYPES.keySet())),
            null);
      }
      systems.add(type.create(spec.name(), project.name(), folder, ports));
    }
    return systems;
  }

  private EmbeddedSystem registry(SystemSpec spec, Ports ports) {
    return new RegistrySystem(
        spec.name(),
        cluster,
        this::awaitKafka,
        () ->
            spec.options().has(RegistryOptions.PORT)
                ? (int) spec.options().number(RegistryOptions.PORT)
                : ports.port(spec.name()));
  }

  private void brokerFailed(Problem problem) {
    LOG.error("the embedded Kafka broker failed: {}", problem);
    brokerFaults = List.of(problem);
  }

  /** The name of the system that is the embedded Kafka; empty if Kafka runs elsewhere. */
  Optional<String> embeddedKafka() {
    return broker == null ? Optional.empty() : Optional.of(kafka().name());
  }

  /** Where Kafka is, embedded or not; it may not answer yet. */
  Cluster cluster() {
    return cluster;
  }

  /**
   * Waits until the embedded Kafka answers.
   *
   * @throws StopException if it does not start, with the problems of others that did not either
   */
  void awaitKafka() {
    if (broker == null) {
      return;
    }
    try {
      broker.join();
    } catch (CompletionException e) {
      List<Problem> problems = new ArrayList<>(problems(e));
      problems.addAll(otherFaults);
      throw new StopException(problems);
    }
  }

  /**
   * Waits until those run that others than Kafka are; their addresses by name.
   *
   * @throws StopException if one does not start
   */
  Map<String, Map<String, Object>> awaitOthers() {
    try {
      return others.join();
    } catch (CompletionException e) {
      throw new StopException(problems(e));
    }
  }

  /**
   * Whoever waits for systems that are still starting waits no longer, since all is about to stop.
   */
  void release() {
    closing = true;
    others.completeExceptionally(
        new StopException(
            Problem.error(
                RunError.SYSTEM_FAILED,
                null,
                "the project was stopped before its systems ran",
                null),
            null));
  }

  /**
   * Waits until the embedded HDFS answers; its options.
   *
   * @throws StopException if a system does not start
   */
  Map<String, Object> awaitHdfs() {
    SystemSpec hdfs = TargetLake.hdfs(project.target()).orElseThrow();
    return Objects.requireNonNull(awaitOthers().get(hdfs.name()));
  }

  /**
   * Tells, once and on a thread of its own, the name and address of each other system when all of
   * them run. If one does not start, that is among the {@link #faults}.
   */
  void onStarted(BiConsumer<String, Map<String, Object>> listener) {
    others.thenAccept(started -> started.forEach(listener));
  }

  private void startFailed(Throwable thrown) {
    if (!closing) {
      otherFaults = problems(thrown);
      LOG.error("the embedded systems did not start: {}", otherFaults, thrown);
    }
  }

  private static List<Problem> problems(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof MillraceException known
        ? known.problems()
        : List.of(
            Problem.error(RunError.SYSTEM_FAILED, null, "a system did not start: " + cause, null));
  }

  /** What makes going on pointless: systems that gave up, or that did not start at first. */
  List<Problem> faults() {
    List<Problem> all = new ArrayList<>(brokerFaults);
    all.addAll(otherFaults);
    return all;
  }

  /** How every system of the target is. */
  List<SystemStatus> status() {
    return project.target().systems().stream().map(this::status).toList();
  }

  private SystemStatus status(SystemSpec spec) {
    Health health = Health.OK;
    String detail = spec.embedded() ? "embedded" : "external";
    List<Problem> failed = brokerFaults;
    if (spec.type().equals(KafkaSystem.NAME)) {
      if (!failed.isEmpty()) {
        health = Health.STOPPED;
        detail = failed.get(0).message();
      } else if (broker != null && !broker.isDone()) {
        health = Health.RETRYING;
        detail = "starting";
      }
    } else if (supervisor != null) {
      for (Supervisor.Status system : supervisor.status()) {
        if (system.name().equals(spec.name()) && system.state() != Supervisor.State.RUNNING) {
          health = system.state() == Supervisor.State.STOPPED ? Health.STOPPED : Health.RETRYING;
          detail = system.error().orElse("starting");
        }
      }
    }
    return new SystemStatus(spec.name(), spec.type(), spec.embedded(), health, detail);
  }

  /** Stops them, Kafka last; those that are still starting too. */
  @Override
  public void close() {
    closing = true;
    if (supervisor != null) {
      supervisor.close();
    }
    if (broker != null) {
      try {
        broker.join().close();
      } catch (CompletionException e) {
        LOG.debug("the broker did not start, so there is nothing to stop", e);
      }
    }
  }
}
