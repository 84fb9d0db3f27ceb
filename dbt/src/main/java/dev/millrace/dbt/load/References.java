package dev.millrace.dbt.load;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Severity;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.context.ParsedNode;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.ProjectError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what {@code ref()} and {@code source()} mean: in the root project, then in the package of
 * the node, then anywhere.
 */
final class References {
  private static final Set<NodeType> REFERABLE =
      Set.of(NodeType.MODEL, NodeType.SEED, NodeType.SNAPSHOT);

  private final String root;
  private final Problems problems;
  private final Map<String, List<Draft>> byName = new HashMap<>();
  private final Map<String, List<Draft>> disabledByName = new HashMap<>();
  private final Map<String, Map<String, Draft>> sources = new HashMap<>();
  private final Set<String> disabledSources = new LinkedHashSet<>();

  References(String root, List<Draft> drafts, Problems problems) {
    this.root = root;
    this.problems = problems;
    for (Draft draft : drafts) {
      if (draft.type == NodeType.SOURCE) {
        String key = sourceKey(String.valueOf(draft.extra.get("source_name")), draft.name);
        if (draft.isEnabled()) {
          sources.computeIfAbsent(key, k -> new HashMap<>()).put(draft.project.name(), draft);
        } else {
          disabledSources.add(key);
        }
      } else if (REFERABLE.contains(draft.type)) {
        (draft.isEnabled() ? byName : disabledByName)
            .computeIfAbsent(draft.name, n -> new ArrayList<>())
            .add(draft);
      }
    }
  }

  private static String sourceKey(String source, String table) {
    return source + "." + table;
  }

  /**
   * Adds to a draft what it depends on.
   *
   * @return false if the draft cannot be used: a test of something that is disabled or not there
   */
  boolean resolve(Draft draft) {
    boolean usable = true;
    for (ParsedNode.RefCall ref : draft.refs) {
      Optional<Draft> found = find(draft, ref);
      if (found.isPresent()) {
        checkAccess(draft, found.get(), ref);
        draft.dependsOn.add(found.get().id);
      } else {
        usable &= reportMissing(draft, ref);
      }
    }
    for (ParsedNode.SourceCall source : draft.sources) {
      Optional<Draft> found = find(draft.project.name(), source);
      if (found.isPresent()) {
        draft.dependsOn.add(found.get().id);
      } else {
        usable &= reportMissing(draft, source);
      }
    }
    return usable;
  }

  private List<Optional<String>> packages(String from, Optional<String> asked) {
    if (asked.isPresent()) {
      return List.of(asked);
    }
    return List.of(Optional.of(root), Optional.of(from), Optional.empty());
  }

  private Optional<Draft> find(Draft from, ParsedNode.RefCall ref) {
    List<Draft> named = byName.getOrDefault(ref.name(), List.of());
    if (named.isEmpty()) {
      return Optional.empty();
    }
    for (Optional<String> in : packages(from.project.name(), ref.packageName())) {
      List<Draft> found =
          named.stream()
              .filter(d -> in.isEmpty() || d.project.name().equals(in.get()))
              .filter(d -> isVersion(d, ref.version()))
              .toList();
      if (!found.isEmpty()) {
        reportAmbiguous(found, ref);
        return Optional.of(found.get(0));
      }
    }
    return Optional.empty();
  }

  private void reportAmbiguous(List<Draft> found, ParsedNode.RefCall ref) {
    if (found.size() > 1) {
      problems.error(
          LoadError.AMBIGUOUS_REFERENCE,
          ref.where(),
          "`" + ref.name() + "` may be " + found.get(0).id + " or " + found.get(1).id,
          "say which package is meant: `ref('package', '" + ref.name() + "')`");
    }
  }

  /** Without a version the latest one is meant. */
  private static boolean isVersion(Draft draft, Optional<String> asked) {
    Optional<String> version = draft.version();
    if (asked.isPresent()) {
      return version.equals(asked);
    }
    return version.isEmpty() || version.equals(Values.text(draft.extra, "latest_version"));
  }

  Optional<Draft> find(String from, ParsedNode.SourceCall call) {
    Map<String, Draft> named =
        sources.getOrDefault(sourceKey(call.source(), call.table()), Map.of());
    return packages(from, Optional.empty()).stream()
        .flatMap(
            in ->
                in.isPresent()
                    ? Optional.ofNullable(named.get(in.get())).stream()
                    : named.values().stream())
        .findFirst();
  }

  private boolean reportMissing(Draft draft, ParsedNode.RefCall ref) {
    boolean disabled = disabledByName.containsKey(ref.name());
    if (draft.type == NodeType.TEST && disabled) {
      return false;
    }
    String shown =
        ref.packageName().map(p -> p + ".").orElse("")
            + ref.name()
            + ref.version().map(v -> " version " + v).orElse("");
    String message = disabled ? "model `" + shown + "` is disabled" : "no model `" + shown + "`";
    String hint = disabled ? "set `enabled: true` in it, or do not read it" : hint(ref);
    if (draft.type == NodeType.TEST) {
      problems.warning(ProjectError.UNKNOWN_MODEL, ref.where(), message, hint);
    } else {
      problems.error(
          disabled ? LoadError.DISABLED_REFERENCE : ProjectError.UNKNOWN_MODEL,
          ref.where(),
          message,
          hint);
    }
    return draft.type != NodeType.TEST;
  }

  private @Nullable String hint(ParsedNode.RefCall ref) {
    List<Draft> named = byName.getOrDefault(ref.name(), List.of());
    if (named.isEmpty()) {
      return Suggestion.didYouMean(ref.name(), byName.keySet());
    }
    List<String> versions = named.stream().flatMap(d -> d.version().stream()).toList();
    if (ref.version().isPresent() && !versions.isEmpty()) {
      return "it has versions " + String.join(", ", versions);
    }
    if (!versions.isEmpty()) {
      return "it has versions " + String.join(", ", versions) + ", and none of them is the latest";
    }
    return "it is in package `" + named.get(0).project.name() + "`";
  }

  private boolean reportMissing(Draft draft, ParsedNode.SourceCall call) {
    boolean disabled = disabledSources.contains(sourceKey(call.source(), call.table()));
    if (draft.type == NodeType.TEST && disabled) {
      return false;
    }
    String shown = call.source() + "." + call.table();
    problems.add(
        new Problem(
            disabled ? LoadError.DISABLED_REFERENCE : ProjectError.UNKNOWN_SOURCE,
            draft.type == NodeType.TEST ? Severity.WARNING : Severity.ERROR,
            call.where(),
            disabled ? "source `" + shown + "` is disabled" : "no source `" + shown + "`",
            hint(call, shown)));
    return draft.type != NodeType.TEST;
  }

  private @Nullable String hint(ParsedNode.SourceCall call, String shown) {
    String near = Suggestion.didYouMean(shown, sources.keySet());
    List<String> tables =
        sources.keySet().stream()
            .filter(s -> s.startsWith(call.source() + "."))
            .map(s -> "`" + s.substring(call.source().length() + 1) + "`")
            .sorted()
            .toList();
    return near != null || tables.isEmpty()
        ? near
        : "`" + call.source() + "` has " + String.join(", ", tables);
  }

  private void checkAccess(Draft from, Draft to, ParsedNode.RefCall ref) {
    if (to.type != NodeType.MODEL
        || from.type == NodeType.TEST
        || !"private".equals(String.valueOf(to.extra.get("access")))) {
      return;
    }
    Object group = to.extra.get("group");
    if (group == null || !group.equals(from.extra.get("group"))) {
      problems.error(
          LoadError.PRIVATE_REFERENCE,
          ref.where(),
          "`" + to.name + "` is private to group `" + group + "`",
          "make its access `protected`, or put `" + from.name + "` into the group");
    }
  }
}
