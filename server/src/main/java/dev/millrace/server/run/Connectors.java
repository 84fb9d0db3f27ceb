package dev.millrace.server.run;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SourceConnector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Every connector on the class path, found through {@link ServiceLoader}. */
public final class Connectors {
  private final List<Connector> all = new ArrayList<>();

  /** Looks them up. */
  public Connectors() {
    for (Connector connector : ServiceLoader.load(Connector.class)) {
      if (all.stream().noneMatch(c -> c.name().equals(connector.name()))) {
        all.add(connector);
      }
    }
  }

  /** All of them. */
  public List<Connector> all() {
    return List.copyOf(all);
  }

  /** Those that read, by name. */
  public Map<String, SourceConnector> sources() {
    return byName(SourceConnector.class);
  }

  /** Those that write, by name. */
  public Map<String, SinkConnector> sinks() {
    return byName(SinkConnector.class);
  }

  private <C extends Connector> Map<String, C> byName(Class<C> type) {
    Map<String, C> found = new HashMap<>();
    all.stream().filter(type::isInstance).map(type::cast).forEach(c -> found.put(c.name(), c));
    return found;
  }
}
