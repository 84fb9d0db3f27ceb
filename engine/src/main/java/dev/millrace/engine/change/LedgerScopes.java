package dev.millrace.engine.change;

import dev.millrace.api.connect.SourceConnector;
import dev.millrace.project.Project;
import dev.millrace.project.SourceSpec;
import dev.millrace.project.SystemSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the keys of the ledgers of a project's sources depend on. */
public final class LedgerScopes {
  private LedgerScopes() {}

  /**
   * Of each source that the project runs and whose connector says it, by the source's name.
   *
   * @param connectors by name
   */
  public static Map<String, Map<String, String>> of(
      Project project, Map<String, SourceConnector> connectors) {
    Map<String, Map<String, String>> scopes = new LinkedHashMap<>();
    for (SourceSpec source : project.sources()) {
      Map<String, String> scope = of(project, source, connectors);
      if (!scope.isEmpty()) {
        scopes.put(source.name(), scope);
      }
    }
    return scopes;
  }

  /** Of one source; empty if nothing is said. */
  public static Map<String, String> of(
      Project project, SourceSpec source, Map<String, SourceConnector> connectors) {
    Optional<SourceConnector> connector = source.connector().map(connectors::get);
    if (connector.isEmpty()) {
      return Map.of();
    }
    Optional<SystemSpec> system = source.system().flatMap(project.target()::system);
    return connector
        .get()
        .ledgerScope(
            system.filter(s -> !s.embedded()).map(SystemSpec::options),
            system.map(SystemSpec::type),
            source.options());
  }
}
