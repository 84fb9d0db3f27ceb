package dev.millrace.engine;

import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.Problem;
import dev.millrace.api.option.Options;
import dev.millrace.engine.delivery.Delivery;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.store.Store;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes the deliveries of a project's sinks. */
final class Sinks {
  private final Project project;
  private final EngineOptions options;
  private final Store store;
  private final Map<String, Options> systems;
  private final TargetRegistry registry;

  /**
   * Sinks of a project.
   *
   * @param systems that run, by name; may grow
   */
  Sinks(
      Project project,
      EngineOptions options,
      Store store,
      Map<String, Options> systems,
      TargetRegistry registry) {
    this.project = project;
    this.options = options;
    this.store = store;
    this.systems = systems;
    this.registry = registry;
  }

  Delivery delivery(Outbox outbox) {
    return delivery(outbox, Optional::empty);
  }

  /** One whose changes may be withheld, for a reason. */
  Delivery delivery(Outbox outbox, Supplier<Optional<Problem>> withheld) {
    SinkConnector connector = connector(outbox.sink()).orElseThrow();
    return new Delivery(
        outbox,
        store,
        () -> connector.open(context(outbox)),
        options.replaceSinks(),
        connector.liveView(outbox.sink().options()),
        withheld);
  }

  /** The names of views over what sinks have and what waits for them, by sink. */
  Map<String, String> liveViews() {
    Map<String, String> views = new HashMap<>();
    for (SinkSpec sink : project.sinks()) {
      connector(sink)
          .flatMap(connector -> connector.liveView(sink.options()))
          .ifPresent(name -> views.put(sink.name(), name));
    }
    return views;
  }

  private Optional<SinkConnector> connector(SinkSpec sink) {
    String type = project.target().system(sink.system()).orElseThrow().type();
    return Optional.ofNullable(options.sinks().get(type));
  }

  private SinkContext context(Outbox outbox) {
    SinkSpec sink = outbox.sink();
    return new SinkContext(
        project.name(),
        sink.name(),
        store.epoch(),
        Optional.ofNullable(systems.get(sink.system())).orElseThrow(),
        sink.options(),
        sink.table(),
        outbox.schema(),
        sink.mode(),
        sink.key(),
        project.folder(),
        registry.options());
  }
}
