package dev.millrace.engine;

import dev.millrace.api.error.RetryException;
import dev.millrace.api.option.Options;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.formats.registry.RegistryOptions;
import dev.millrace.project.SystemSpec;
import dev.millrace.project.Target;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The schema registry of the target, once it runs. Thread-safe. */
final class TargetRegistry implements Supplier<RegistryClient> {
  private final Optional<String> name;
  private final Map<String, Options> systems;
  private @Nullable RegistryClient client;

  /**
   * The registry of a target, if it has one.
   *
   * @param systems the options of those that run by now, by name; more may come
   */
  TargetRegistry(Target target, Map<String, Options> systems) {
    this.name =
        target.systems().stream()
            .filter(s -> s.type().equals(RegistryOptions.TYPE))
            .map(SystemSpec::name)
            .findFirst();
    this.systems = systems;
  }

  /** Its options; empty if there is none, or it does not run yet. */
  Optional<Options> options() {
    return name.map(systems::get);
  }

  /**
   * Its client.
   *
   * @throws RetryException if it does not run yet
   */
  @Override
  public synchronized RegistryClient get() {
    RegistryClient known = client;
    if (known == null) {
      known = RegistryClient.of(options());
      client = known;
    }
    return known;
  }
}
