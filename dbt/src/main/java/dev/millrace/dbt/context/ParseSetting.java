package dev.millrace.dbt.context;

import dev.millrace.dbt.manifest.DbtTarget;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What templates can ask about an invocation.
 *
 * @param rootProject the root project's name
 * @param target where models go
 * @param vars by package, the root project's name among them: what {@code var()} finds there, with
 *     the command line's and the root project's values for the package already in it
 * @param environment what {@code env_var()} finds
 * @param invocationId a UUID
 * @param startedAt {@code run_started_at}
 * @param flags the command line's switches by dbt's names in upper case ({@code FULL_REFRESH},
 *     {@code WHICH}, {@code EMPTY}, ...), for {@code flags.X}
 * @param log gets the lines of {@code log(..., info=True)} and {@code print()}
 */
public record ParseSetting(
    String rootProject,
    DbtTarget target,
    Map<String, Map<String, @Nullable Object>> vars,
    Map<String, String> environment,
    String invocationId,
    Instant startedAt,
    Map<String, @Nullable Object> flags,
    Consumer<String> log) {
  /** The prefix of environment variables that are never shown. */
  public static final String SECRET = "DBT_ENV_SECRET";

  /** Copies the maps. */
  public ParseSetting {
    vars = Collections.unmodifiableMap(new HashMap<>(vars));
    environment = Map.copyOf(environment);
    flags = Collections.unmodifiableMap(new LinkedHashMap<>(flags));
  }
}
