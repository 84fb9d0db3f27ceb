package dev.millrace.dbt.run;

import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.artifact.TargetFolder;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Builds the selected nodes of a project: schemas, hooks of the project, then nodes in the order of
 * their references on several threads, with tests between models. Runs once; {@link #cancel} may be
 * called from any thread.
 */
public final class Build {
  private final BuildParts parts;
  private final BuildListener listener;
  private @Nullable BuildQueue queue;
  private @Nullable AdapterSession hookSession;
  private boolean cancelled;

  /**
   * A build.
   *
   * @param adapter of the engine; the caller closes what is behind it
   * @param target where the SQL of nodes is written to
   */
  public Build(
      LoadedProject project,
      Adapter adapter,
      BuildSetting setting,
      TargetFolder target,
      BuildListener listener) {
    this.parts =
        new BuildParts(project, adapter, setting, target, ConcurrentHashMap.newKeySet(), this::say);
    this.listener = listener;
  }

  private void say(String line) {
    BuildQueue running;
    synchronized (this) {
      running = queue;
    }
    if (running == null) {
      listener.said(line);
    } else {
      running.say(line);
    }
  }

  /** How many threads a build has. */
  public int threads() {
    return Math.max(1, parts.setting().threads().orElse(parts.manifest().target().threads()));
  }

  /**
   * The nodes that will run: the selected ones without ephemeral models, sources, and what a
   * running Millrace keeps up to date.
   */
  public Set<String> nodes() {
    Set<String> ids = new LinkedHashSet<>();
    for (String id : parts.setting().selected()) {
      parts.manifest().node(id).filter(this::runs).ifPresent(n -> ids.add(n.id()));
    }
    return ids;
  }

  /** How many selected models are left alone, as a running Millrace keeps them up to date. */
  public int kept() {
    Set<String> kept = new LinkedHashSet<>(parts.setting().selected());
    kept.retainAll(parts.manifest().kept());
    return kept.size();
  }

  private boolean runs(Node node) {
    return switch (node.type()) {
      case MODEL -> !node.isEphemeral() && !parts.manifest().kept().contains(node.id());
      case SEED, SNAPSHOT, TEST, UNIT_TEST -> true;
      case EXPOSURE, SOURCE, ANALYSIS, OPERATION -> false;
    };
  }

  /** Runs everything. Whatever goes wrong with a node is in its result. */
  public BuildOutcome run() {
    long start = System.nanoTime();
    Manifest manifest = parts.manifest();
    List<NodeResult> results = new ArrayList<>();
    try (AdapterSession session = parts.adapter().open()) {
      synchronized (this) {
        hookSession = session;
      }
      createSchemas(session);
      ProjectHooks hooks = new ProjectHooks(parts, session, listener);
      if (!parts.setting().isClone()) {
        hooks.run(manifest.onRunStart(), List.of(), results);
      }
      boolean cancelledNow;
      BuildQueue running =
          new BuildQueue(
              manifest,
              new BuildGraph(manifest, nodes(), true),
              threads(),
              parts.setting().failFast(),
              listener);
      synchronized (this) {
        queue = running;
        cancelledNow = cancelled;
      }
      if (cancelledNow) {
        running.cancel();
      }
      List<NodeResult> built = running.run(() -> new ContextWorker(parts));
      synchronized (this) {
        queue = null;
        cancelledNow = cancelled;
      }
      results.addAll(built);
      if (!cancelledNow && !parts.setting().isClone()) {
        hooks.run(manifest.onRunEnd(), built, results);
      }
      synchronized (this) {
        hookSession = null;
        cancelledNow = cancelled;
      }
      return new BuildOutcome(results, Duration.ofNanos(System.nanoTime() - start), cancelledNow);
    }
  }

  /** Ends the build: what runs is rolled back, and nothing more begins. */
  public synchronized void cancel() {
    cancelled = true;
    if (queue != null) {
      queue.cancel();
    } else if (hookSession != null) {
      hookSession.cancel();
    }
  }

  private void createSchemas(AdapterSession session) {
    Set<String> wanted = new LinkedHashSet<>();
    String database = parts.manifest().target().database();
    for (String id : nodes()) {
      Node node = parts.manifest().node(id).orElseThrow();
      boolean table =
          node.type() != NodeType.UNIT_TEST
              && (node.type() != NodeType.TEST
                  || node.config().flag("store_failures").orElse(false)
                  || Boolean.TRUE.equals(parts.setting().flags().get("STORE_FAILURES")));
      if (table) {
        node.relation()
            .filter(r -> r.database().equalsIgnoreCase(database))
            .map(Relation::schema)
            .ifPresent(wanted::add);
      }
    }
    Set<String> known = new LinkedHashSet<>();
    session.schemas(database).forEach(s -> known.add(s.toLowerCase(Locale.ROOT)));
    for (String schema : wanted) {
      if (known.add(schema.toLowerCase(Locale.ROOT))) {
        session.execute(
            "CREATE SCHEMA IF NOT EXISTS "
                + Identifier.quote(database)
                + "."
                + Identifier.quote(schema),
            false);
      }
    }
  }
}
