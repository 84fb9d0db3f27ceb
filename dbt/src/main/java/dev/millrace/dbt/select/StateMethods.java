package dev.millrace.dbt.select;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The methods that compare with an earlier run. */
final class StateMethods {
  private static final Set<NodeType> BUILT =
      Set.of(NodeType.MODEL, NodeType.SEED, NodeType.SNAPSHOT, NodeType.TEST, NodeType.ANALYSIS);
  private static final Set<NodeType> WITH_RELATION = with(NodeType.SOURCE);
  private static final Set<NodeType> CONFIGURED = with(NodeType.SOURCE, NodeType.EXPOSURE);

  private static final Set<String> RELATION = Set.of("database", "schema", "alias");

  /** Keys of a configuration that are compared otherwise, or do not count. */
  private static final Set<String> NOT_COMPARED =
      Set.of("database", "schema", "alias", "tags", "group");

  private static final Set<String> OF_TESTS =
      Set.of(
          "severity",
          "where",
          "limit",
          "fail_calc",
          "warn_if",
          "error_if",
          "store_failures",
          "store_failures_as");

  private final StateComparison state;
  private @Nullable Set<String> changedMacros;

  StateMethods(StateComparison state) {
    this.state = state;
  }

  private static Set<NodeType> with(NodeType... more) {
    Set<NodeType> all = new HashSet<>(BUILT);
    all.addAll(List.of(more));
    return all;
  }

  Predicate<Node> of(String method, String value, Problems problems) {
    return switch (method) {
      case "result" -> node -> value.equals(state.results().get(node.id()));
      case "source_status" -> this::isFresher;
      default -> byState(value, problems);
    };
  }

  private boolean isFresher(Node node) {
    String now = state.freshNow().get(node.id());
    String before = state.freshBefore().get(node.id());
    return now != null && (before == null || now.compareTo(before) > 0);
  }

  private Predicate<Node> byState(String value, Problems problems) {
    if (state.before().isEmpty()) {
      problems.error(
          SelectError.NO_STATE,
          null,
          "the folder of `--state` has no manifest.json",
          "give a folder with artifacts of an earlier run");
      return node -> false;
    }
    return switch (value) {
      case "new" -> node -> state.old(node.id()).isEmpty();
      case "old" -> node -> state.old(node.id()).isPresent();
      case "modified" -> this::isModified;
      case "unmodified" -> node -> !isModified(node);
      case "modified.body" -> changed(BUILT, StateMethods::sameBody);
      case "modified.configs" -> changed(CONFIGURED, StateMethods::sameConfig);
      case "modified.persisted_descriptions" -> changed(BUILT, StateMethods::sameDescriptions);
      case "modified.relation" -> changed(WITH_RELATION, StateMethods::sameRelation);
      case "modified.macros" -> this::isMacroChanged;
      case "modified.contract" -> changed(BUILT, StateMethods::sameContract);
      default -> {
        problems.error(
            SelectError.BAD_SELECTION,
            null,
            "no kind of state `" + value + "`",
            "there are: `new`, `old`, `modified`, `unmodified`, and `modified.` with `body`,"
                + " `configs`, `persisted_descriptions`, `relation`, `macros`, `contract`");
        yield node -> false;
      }
    };
  }

  /** Two nodes as manifest.json has them, of now and of before. */
  private interface Comparison
      extends BiPredicate<Map<String, @Nullable Object>, Map<String, @Nullable Object>> {}

  private Predicate<Node> changed(Set<NodeType> types, Comparison same) {
    return node -> {
      Optional<Map<String, @Nullable Object>> now = state.current(node.id());
      Optional<Map<String, @Nullable Object>> old = state.old(node.id());
      return types.contains(node.type())
          && (old.isEmpty() || now.isEmpty() || !same.test(now.get(), old.get()));
    };
  }

  private boolean isModified(Node node) {
    Optional<Map<String, @Nullable Object>> now = state.current(node.id());
    Optional<Map<String, @Nullable Object>> old = state.old(node.id());
    if (now.isEmpty() || old.isEmpty()) {
      return true;
    }
    return !sameContents(node, now.get(), old.get()) || isMacroChanged(node);
  }

  private static boolean sameContents(
      Node node, Map<String, @Nullable Object> now, Map<String, @Nullable Object> old) {
    return switch (node.type()) {
      case SOURCE ->
          same(
                  now,
                  old,
                  "fqn",
                  "database",
                  "schema",
                  "identifier",
                  "quoting",
                  "freshness",
                  "loaded_at_field",
                  "loaded_at_query",
                  "external")
              && sameConfig(now, old);
      case EXPOSURE ->
          same(now, old, "fqn", "owner", "maturity", "url", "description", "label", "type")
              && sameConfig(now, old)
              && parents(now).equals(parents(old));
      case UNIT_TEST -> same(now, old, "fqn", "model", "given", "expect", "overrides");
      default ->
          node.test().isPresent()
              ? same(now, old, "fqn") && sameTestConfig(now, old)
              : sameBody(now, old)
                  && sameConfig(now, old)
                  && sameDescriptions(now, old)
                  && same(now, old, "fqn")
                  && sameRelation(now, old)
                  && sameContract(now, old);
    };
  }

  private static Set<String> parents(Map<String, @Nullable Object> node) {
    Set<String> ids = new HashSet<>();
    if (StateComparison.map(node.get("depends_on")).get("nodes") instanceof List<?> nodes) {
      nodes.forEach(id -> ids.add(String.valueOf(id)));
    }
    return ids;
  }

  private static boolean same(
      Map<String, @Nullable Object> now, Map<String, @Nullable Object> old, String... keys) {
    for (String key : keys) {
      if (!equal(now.get(key), old.get(key))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameBody(
      Map<String, @Nullable Object> now, Map<String, @Nullable Object> old) {
    return "seed".equals(now.get("resource_type"))
        ? same(now, old, "checksum")
        : same(now, old, "raw_code");
  }

  private static Map<String, @Nullable Object> config(Map<String, @Nullable Object> node) {
    return StateComparison.map(node.get("unrendered_config"));
  }

  private static boolean sameConfig(
      Map<String, @Nullable Object> now, Map<String, @Nullable Object> old) {
    Map<String, @Nullable Object> ofNow = new LinkedHashMap<>(config(now));
    Map<String, @Nullable Object> ofOld = new LinkedHashMap<>(config(old));
    ofNow.keySet().removeAll(NOT_COMPARED);
    ofOld.keySet().removeAll(NOT_COMPARED);
    return equal(ofNow, ofOld);
  }

  private static boolean sameTestConfig(
      Map<String, @Nullable Object> now, Map<String, @Nullable Object> old) {
    return OF_TESTS.stream().allMatch(key -> equal(config(now).get(key), config(old).get(key)));
  }

  private static boolean sameRelation(
      Map<String, @Nullable Object> now, Map<String, @Nullable Object> old) {
    return RELATION.stream().allMatch(key -> equal(config(now).get(key), config(old).get(key)));
  }

  /** Descriptions count where they are written to the database. */
  private static boolean sameDescriptions(
      Map<String, @Nullable Object> now, Map<String, @Nullable Object> old) {
    Map<String, @Nullable Object> persist =
        StateComparison.map(StateComparison.map(now.get("config")).get("persist_docs"));
    if (Boolean.TRUE.equals(persist.get("relation")) && !same(now, old, "description")) {
      return false;
    }
    return !Boolean.TRUE.equals(persist.get("columns"))
        || Objects.equals(descriptions(now), descriptions(old));
  }

  private static Map<String, String> descriptions(Map<String, @Nullable Object> node) {
    Map<String, String> found = new LinkedHashMap<>();
    StateComparison.map(node.get("columns"))
        .forEach(
            (name, column) ->
                found.put(name, String.valueOf(StateComparison.map(column).get("description"))));
    return found;
  }

  private static boolean sameContract(
      Map<String, @Nullable Object> now, Map<String, @Nullable Object> old) {
    Object enforcedNow = StateComparison.map(now.get("contract")).get("enforced");
    Object enforcedOld = StateComparison.map(old.get("contract")).get("enforced");
    boolean none = !Boolean.TRUE.equals(enforcedNow) && !Boolean.TRUE.equals(enforcedOld);
    return none || equal(enforcedNow, enforcedOld) && Objects.equals(types(now), types(old));
  }

  private static Map<String, String> types(Map<String, @Nullable Object> node) {
    Map<String, String> found = new LinkedHashMap<>();
    StateComparison.map(node.get("columns"))
        .forEach(
            (name, column) ->
                found.put(name, String.valueOf(StateComparison.map(column).get("data_type"))));
    return found;
  }

  private boolean isMacroChanged(Node node) {
    Set<String> changed = changedMacros;
    if (changed == null) {
      changed = findChangedMacros();
      changedMacros = changed;
    }
    return !changed.isEmpty() && reaches(node.macros(), changed, new HashSet<>());
  }

  private Set<String> findChangedMacros() {
    Map<String, @Nullable Object> now = StateComparison.map(state.now().get("macros"));
    Map<String, @Nullable Object> old = StateComparison.map(state.before().get("macros"));
    Set<String> changed = new HashSet<>();
    now.forEach(
        (id, macro) -> {
          if (isInternal(id)) {
            return;
          }
          if (!sql(macro).equals(sql(old.get(id)))) {
            changed.add(id);
          }
        });
    old.keySet().stream()
        .filter(id -> !now.containsKey(id) && !isInternal(id))
        .forEach(changed::add);
    return changed;
  }

  /** A macro's text, without the white space around it that {@code {%-} takes with it. */
  private static String sql(@Nullable Object macro) {
    return String.valueOf(StateComparison.map(macro).get("macro_sql")).strip();
  }

  /** Macros of dbt itself are not the project's, and differ between Millrace and others. */
  private static boolean isInternal(String id) {
    return id.startsWith("macro.dbt.") || id.startsWith("macro.dbt_duckdb.");
  }

  private boolean reaches(List<String> macros, Set<String> changed, Set<String> seen) {
    for (String id : macros) {
      if (changed.contains(id)) {
        return true;
      }
      if (seen.add(id)) {
        Object called =
            StateComparison.map(
                    StateComparison.map(StateComparison.map(state.now().get("macros")).get(id))
                        .get("depends_on"))
                .get("macros");
        if (called instanceof List<?> ids
            && reaches(ids.stream().map(String::valueOf).toList(), changed, seen)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Values of JSON and of templates are the same if they print the same. */
  private static boolean equal(@Nullable Object a, @Nullable Object b) {
    return Objects.equals(normal(a), normal(b));
  }

  /** A value as text, or without what says nothing: keys with None, and blocks without keys. */
  private static @Nullable Object normal(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> kept = new LinkedHashMap<>();
      map.forEach(
          (key, item) -> {
            Object inner = normal(item);
            if (inner != null) {
              kept.put(String.valueOf(key), inner);
            }
          });
      return kept.isEmpty() ? null : kept;
    }
    if (value instanceof List<?> list) {
      return list.isEmpty() ? null : list.stream().map(StateMethods::normal).toList();
    }
    return value == null ? null : value.toString();
  }
}
