package dev.millrace.dbt.select;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The methods of selections: which nodes fit {@code tag:nightly}. */
final class Methods {
  static final Set<String> NAMES =
      Set.of(
          "fqn",
          "tag",
          "group",
          "access",
          "source",
          "path",
          "file",
          "package",
          "config",
          "test_name",
          "test_type",
          "resource_type",
          "state",
          "exposure",
          "metric",
          "result",
          "source_status",
          "version",
          "semantic_model",
          "saved_query",
          "unit_test");

  private final Manifest manifest;
  private final Optional<StateMethods> state;
  private final Problems problems;

  Methods(Manifest manifest, Optional<StateMethods> state, Problems problems) {
    this.manifest = manifest;
    this.state = state;
    this.problems = problems;
  }

  /** Which nodes a criterion is about, without those above and below. */
  Predicate<Node> of(SelectionSpec.Criterion criterion) {
    String value = criterion.value();
    return switch (criterion.method()) {
      case "fqn" -> node -> node.type() != NodeType.SOURCE && isNamed(node, value);
      case "tag" -> node -> node.tags().stream().anyMatch(t -> Wildcard.matches(t, value));
      case "group" -> node -> isIn(node.config().text("group").orElse(""), value);
      case "access" ->
          node ->
              node.type() == NodeType.MODEL
                  && value.equals(String.valueOf(node.extra().getOrDefault("access", "protected")));
      case "source" -> source(value);
      case "path" -> node -> isAt(node, value);
      case "file" -> node -> isFile(original(node), value);
      case "package" -> ofPackage(value.equals("this") ? manifest.projectName() : value);
      case "config" -> config(criterion.arguments(), value);
      case "test_name" -> node -> isTest(node, value);
      case "test_type" -> testType(value);
      case "resource_type" -> resourceType(value);
      case "exposure" -> named(NodeType.EXPOSURE, value);
      case "unit_test" -> named(NodeType.UNIT_TEST, value);
      case "version" -> version(value);
      case "metric", "semantic_model", "saved_query" -> node -> false;
      default -> byState(criterion);
    };
  }

  private Predicate<Node> byState(SelectionSpec.Criterion criterion) {
    if (state.isEmpty()) {
      return bad(
          SelectError.NO_STATE,
          "`" + criterion.raw() + "` compares with an earlier run, and none is given",
          "give the folder of its artifacts: `--state <folder>`");
    }
    return state.get().of(criterion.method(), criterion.value(), problems);
  }

  private Predicate<Node> bad(SelectError code, String message, @Nullable String hint) {
    problems.error(code, null, message, hint);
    return node -> false;
  }

  private static boolean isIn(String name, String value) {
    return !name.isEmpty() && Wildcard.matches(name, value);
  }

  /** By name, or by package, folders and name, from the left. */
  private static boolean isNamed(Node node, String value) {
    boolean versioned = node.type() == NodeType.MODEL && node.extra().get("version") != null;
    List<String> fqn = node.fqn();
    return isNamed(fqn, value, versioned) || isNamed(fqn.subList(1, fqn.size()), value, versioned);
  }

  private static boolean isNamed(List<String> fqn, String value, boolean versioned) {
    List<String> asked = Arrays.asList(value.split("\\.", -1));
    int size = fqn.size();
    if (versioned && size >= 2) {
      String last = fqn.get(size - 2) + "_" + fqn.get(size - 1);
      if (fqn.get(size - 2).equals(value)
          || last.equals(
              String.join("_", asked.subList(Math.max(0, asked.size() - 2), asked.size())))) {
        return true;
      }
    } else if (size > 0 && fqn.get(size - 1).equals(value)) {
      return true;
    }
    List<String> flat = Arrays.asList(String.join(".", fqn).split("\\.", -1));
    if (flat.size() < asked.size()) {
      return false;
    }
    for (int i = 0; i < asked.size(); i++) {
      if (Wildcard.isWildcard(asked.get(i))) {
        return Wildcard.matches(
            String.join(".", flat.subList(i, flat.size())),
            String.join(".", asked.subList(i, asked.size())));
      }
      if (!flat.get(i).equals(asked.get(i))) {
        return false;
      }
    }
    return true;
  }

  private Predicate<Node> source(String value) {
    String[] parts = value.split("\\.", -1);
    if (parts.length > 3) {
      return bad(
          SelectError.BAD_SELECTION,
          "`source:" + value + "` has too many parts",
          "write `source:name`, `source:name.table` or `source:package.name.table`");
    }
    String packageName = parts.length == 3 ? parts[0] : "*";
    String name = parts.length == 3 ? parts[1] : parts[0];
    String table = parts.length == 1 ? "*" : parts[parts.length - 1];
    return node ->
        node.type() == NodeType.SOURCE
            && Wildcard.matches(node.packageName(), packageName)
            && Wildcard.matches(String.valueOf(node.extra().get("source_name")), name)
            && Wildcard.matches(node.name(), table);
  }

  private Predicate<Node> named(NodeType type, String value) {
    String[] parts = value.split("\\.", -1);
    if (parts.length > 2) {
      return bad(
          SelectError.BAD_SELECTION,
          "`" + type.text() + ":" + value + "` has too many parts",
          "write its name, perhaps with the package's before it");
    }
    String packageName = parts.length == 2 ? parts[0] : "*";
    return node ->
        node.type() == type
            && Wildcard.matches(node.packageName(), packageName)
            && Wildcard.matches(node.name(), parts[parts.length - 1]);
  }

  private static Predicate<Node> ofPackage(String name) {
    return node -> Wildcard.matches(node.packageName(), name);
  }

  static String original(Node node) {
    return String.valueOf(node.extra().getOrDefault("original_file_path", node.file().path()));
  }

  /** By a path of the root project: the node's file, what describes it, or a folder above. */
  private boolean isAt(Node node, String value) {
    List<String> candidates = new ArrayList<>();
    for (String path = original(node); !path.isEmpty(); ) {
      candidates.add(path);
      path = path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }
    Object patch = node.extra().get("patch_path");
    if (patch != null) {
      String text = String.valueOf(patch);
      candidates.add(text.substring(text.indexOf("://") + 3));
    }
    return candidates.stream()
        .filter(path -> Wildcard.matchesPath(path, value))
        .anyMatch(path -> Files.exists(manifest.folder().resolve(path)));
  }

  private static boolean isFile(String path, String value) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    String stem = file.contains(".") ? file.substring(0, file.lastIndexOf('.')) : file;
    return Wildcard.matches(file, value) || Wildcard.matches(stem, value);
  }

  private static Predicate<Node> config(List<String> keys, String value) {
    return node -> {
      if (node.type() == NodeType.EXPOSURE || node.type() == NodeType.UNIT_TEST) {
        return false;
      }
      Object found = node.config().values();
      for (String key : keys) {
        if (!(found instanceof Map<?, ?> map) || !map.containsKey(key)) {
          return false;
        }
        found = map.get(key);
      }
      boolean anyCase = keys.equals(List.of("severity"));
      return found instanceof List<?> list
          ? list.stream().anyMatch(item -> isValue(item, value, anyCase))
          : isValue(found, value, anyCase);
    };
  }

  private static boolean isValue(@Nullable Object found, String value, boolean anyCase) {
    if (found instanceof Boolean flag) {
      return value.equalsIgnoreCase(flag.toString());
    }
    return found instanceof String text
        && (anyCase ? text.equalsIgnoreCase(value) : text.equals(value));
  }

  private static boolean isTest(Node node, String value) {
    return node.type() == NodeType.UNIT_TEST
        ? Wildcard.matches(node.name(), value)
        : node.test().map(t -> Wildcard.matches(t.name(), value)).orElse(false);
  }

  private Predicate<Node> testType(String value) {
    return switch (value) {
      case "generic", "schema" -> node -> node.test().isPresent();
      case "singular" -> node -> node.type() == NodeType.TEST && node.test().isEmpty();
      case "data" -> node -> node.type() == NodeType.TEST;
      case "unit" -> node -> node.type() == NodeType.UNIT_TEST;
      default ->
          bad(
              SelectError.BAD_SELECTION,
              "no type of tests `" + value + "`",
              "there are: `generic`, `singular`, `data`, `unit`");
    };
  }

  private Predicate<Node> resourceType(String value) {
    List<String> known = new ArrayList<>();
    for (NodeType type : NodeType.values()) {
      known.add(type.text());
      if (type.text().equals(value)) {
        return node -> node.type() == type;
      }
    }
    if (Set.of("metric", "semantic_model", "saved_query", "macro", "doc", "group")
        .contains(value)) {
      return node -> false;
    }
    return bad(
        SelectError.BAD_SELECTION,
        "no type of resources `" + value + "`",
        "there are: " + String.join(", ", known).toLowerCase(Locale.ROOT));
  }

  private Predicate<Node> version(String value) {
    return switch (value) {
      case "latest" -> node -> isModel(node) && compareVersion(node) == 0;
      case "prerelease" -> node -> isModel(node) && compareVersion(node) > 0;
      case "old" -> node -> isModel(node) && compareVersion(node) < 0;
      case "none" -> node -> node.type() == NodeType.MODEL && node.extra().get("version") == null;
      default ->
          bad(
              SelectError.BAD_SELECTION,
              "no kind of versions `" + value + "`",
              "there are: `latest`, `prerelease`, `old`, `none`");
    };
  }

  private static boolean isModel(Node node) {
    return node.type() == NodeType.MODEL
        && node.extra().get("version") != null
        && node.extra().get("latest_version") != null;
  }

  /** Below 0 if a later version is the latest one. */
  private static int compareVersion(Node node) {
    String version = String.valueOf(node.extra().get("version"));
    String latest = String.valueOf(node.extra().get("latest_version"));
    try {
      return Double.compare(Double.parseDouble(version), Double.parseDouble(latest));
    } catch (NumberFormatException e) {
      return version.compareTo(latest);
    }
  }
}
