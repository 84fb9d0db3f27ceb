package dev.millrace.connect.clickhouse;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By which settings a server drops an insert that it has seen, and whether a table lets it. Newer
 * servers have a setting that overrides the older one; a user's profile may have any of them.
 */
final class Deduplication {
  /** The setting of tables: how many inserts they know again; 0 for none. */
  static final String WINDOW = "non_replicated_deduplication_window";

  private static final String REPLICATED_WINDOW = "replicated_deduplication_window";
  private static final String OVERRIDE = "deduplicate_insert";

  private final ClickHouseClient client;
  private final String doing;
  private final boolean overrides;

  private Deduplication(ClickHouseClient client, String doing, boolean overrides) {
    this.client = client;
    this.doing = doing;
    this.overrides = overrides;
  }

  /** Asks a server which settings it has. */
  static Deduplication of(ClickHouseClient client, String doing) {
    boolean overrides =
        !client
            .rows("SELECT name FROM system.settings WHERE name = " + Sql.literal(OVERRIDE), doing)
            .isEmpty();
    return new Deduplication(client, doing, overrides);
  }

  /** Settings of an insert that is dropped if one with its token was seen. */
  Map<String, String> by(String token) {
    Map<String, String> settings = new HashMap<>();
    settings.put("insert_deduplicate", "1");
    settings.put("insert_deduplication_token", token);
    if (overrides) {
      settings.put(OVERRIDE, "enable");
    }
    return settings;
  }

  /** Settings of an insert that is never dropped. */
  Map<String, String> none() {
    Map<String, String> settings = new HashMap<>();
    settings.put("insert_deduplicate", "0");
    if (overrides) {
      settings.put(OVERRIDE, "disable");
    }
    return settings;
  }

  private static boolean isReplicated(String engine) {
    return engine.startsWith("Replicated") || engine.startsWith("Shared");
  }

  /** The setting of a table of this engine that says how many inserts it knows again. */
  static String window(String engine) {
    return isReplicated(engine) ? REPLICATED_WINDOW : WINDOW;
  }

  /**
   * True if a table knows an insert again that is repeated.
   *
   * @param engine its name
   * @param full the engine with its settings, as {@code system.tables} has it
   */
  boolean isKnownTo(String engine, String full) {
    boolean replicated = isReplicated(engine);
    String setting = window(engine);
    Matcher own = Pattern.compile("\\b" + setting + " = (\\d+)").matcher(full);
    if (own.find()) {
      return !own.group(1).matches("0+");
    }
    List<List<String>> server =
        client.rows(
            "SELECT value FROM system.%s WHERE name = %s"
                .formatted(
                    replicated ? "replicated_merge_tree_settings" : "merge_tree_settings",
                    Sql.literal(setting)),
            doing);
    return server.isEmpty() ? replicated : !server.get(0).get(0).matches("0+");
  }
}
