package dev.millrace.dbt.load;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a project is loaded.
 *
 * @param target name of the target; the profile's default if empty
 * @param profile name of the profile; the project's if empty
 * @param profilesDir where profiles.yml is looked for, and nowhere else; if empty, in the project's
 *     folder and then in {@code ~/.dbt}
 * @param vars values that go before those of dbt_project.yml
 * @param environment what {@code env_var()} sees
 * @param home the user's folder
 * @param store DuckDB's name of the database that models are in
 * @param invocationId tells one invocation from another
 * @param startedAt when it began
 */
public record LoadSetting(
    Optional<String> target,
    Optional<String> profile,
    Optional<Path> profilesDir,
    Map<String, @Nullable Object> vars,
    Map<String, String> environment,
    Path home,
    String store,
    String invocationId,
    Instant startedAt) {
  /** DuckDB's name of the store's database, unless somebody says otherwise. */
  public static final String STORE = "store";

  /** Copies the maps. */
  public LoadSetting {
    vars = Collections.unmodifiableMap(new LinkedHashMap<>(vars));
    environment = Map.copyOf(environment);
  }

  /** The defaults, with a new invocation that begins now. */
  public static LoadSetting of(Map<String, String> environment) {
    return new LoadSetting(
        Optional.empty(),
        Optional.empty(),
        Optional.ofNullable(environment.get("DBT_PROFILES_DIR")).map(Path::of),
        Map.of(),
        environment,
        Path.of(System.getProperty("user.home", "")),
        STORE,
        UUID.randomUUID().toString(),
        Instant.now());
  }

  /** The same with another target. */
  public LoadSetting withTarget(String name) {
    return new LoadSetting(
        Optional.of(name),
        profile,
        profilesDir,
        vars,
        environment,
        home,
        store,
        invocationId,
        startedAt);
  }

  /** The same with other variables. */
  public LoadSetting withVars(Map<String, @Nullable Object> values) {
    return new LoadSetting(
        target, profile, profilesDir, values, environment, home, store, invocationId, startedAt);
  }
}
