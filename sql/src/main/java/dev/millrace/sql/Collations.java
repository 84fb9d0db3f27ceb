package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Where COLLATE may stand. A text with a collation equals texts that have other characters: as a
 * key of a join, of a group or of a set it would stand for all of them, and which one DuckDB shows
 * depends on the order of rows. So COLLATE is taken only where a truth value comes of it at once:
 * as an operand of a comparison, of BETWEEN, IN or LIKE. What a query returns never has a
 * collation.
 */
final class Collations {
  /** Functions that DuckDB makes of LIKE and its kin, and others that compare two texts. */
  private static final Set<String> COMPARING =
      Set.of(
          "~~",
          "!~~",
          "~~*",
          "!~~*",
          "like_escape",
          "not_like_escape",
          "ilike_escape",
          "not_ilike_escape",
          "contains",
          "starts_with",
          "prefix",
          "^@",
          "ends_with",
          "suffix");

  private static final Map<String, String> FUNCTIONS =
      Map.of("nocase", "lower", "noaccent", "strip_accents", "nfc", "nfc_normalize");

  private static final Set<String> BINARY = Set.of("c", "posix", "binary");

  private final Findings findings;

  Collations(Findings findings) {
    this.findings = findings;
  }

  /** Tells of every COLLATE in a query, as it was written, that stands where none may. */
  void check(JsonNode tree) {
    if (isCollate(tree)) {
      refuse(tree, "COLLATE outside of a comparison");
    } else if (tree.path("ref_type").asText().equals("ASOF")) {
      check(tree.path("left"));
      check(tree.path("right"));
      refuseIn(tree.path("condition"), "COLLATE in an ASOF JOIN");
    } else if (isComparison(tree)) {
      tree.forEach(this::operand);
    } else {
      // Without LIMIT and DISTINCT ON an ORDER BY has no effect.
      boolean ordersNothing = tree.has("modifiers") && !keepsSome(tree.path("modifiers"));
      List<JsonNode> children = new ArrayList<>();
      tree.forEach(children::add);
      if (ordersNothing) {
        children.remove(tree.path("modifiers"));
      }
      children.forEach(this::check);
    }
  }

  private static boolean keepsSome(JsonNode modifiers) {
    for (JsonNode modifier : modifiers) {
      String type = modifier.path("type").asText();
      if (type.startsWith("LIMIT") || modifier.path("distinct_on_targets").size() > 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean isComparison(JsonNode tree) {
    return switch (tree.path("class").asText()) {
      case "COMPARISON", "BETWEEN" -> true;
      case "OPERATOR" ->
          Set.of("COMPARE_IN", "COMPARE_NOT_IN").contains(tree.path("type").asText());
      case "FUNCTION" ->
          COMPARING.contains(tree.path("function_name").asText().toLowerCase(Locale.ROOT));
      default -> false;
    };
  }

  /** What a comparison compares, or a list of it. */
  private void operand(JsonNode tree) {
    if (isCollate(tree)) {
      check(tree.path("child"));
    } else if (tree.isArray()) {
      tree.forEach(this::operand);
    } else if (tree.path("expression").isObject()) {
      operand(tree.path("expression"));
    } else {
      check(tree);
    }
  }

  /** Tells of a COLLATE in an equality, with names or fields, that becomes the key of a join. */
  void refuseKey(JsonNode equality) {
    refuseIn(equality, "an equality of two relations with COLLATE");
  }

  private void refuseIn(JsonNode tree, String what) {
    if (isCollate(tree)) {
      refuse(tree, what);
    }
    tree.forEach(child -> refuseIn(child, what));
  }

  private void refuse(JsonNode tree, String what) {
    findings.unsupported(
        tree,
        what,
        "leave COLLATE out: compare, order and group by `"
            + inPlaceOf(tree.path("collation").asText())
            + "`, on both sides of a comparison");
  }

  /** The function of a text that DuckDB compares where there is a collation. */
  private static String inPlaceOf(String collation) {
    String call = "x";
    for (String part : collation.split("\\.", -1)) {
      String name = part.toLowerCase(Locale.ROOT);
      String function = FUNCTIONS.get(name);
      if (function != null) {
        call = function + "(" + call + ")";
      } else if (!BINARY.contains(name)) {
        call = "icu_sort_key(" + call + ", '" + name + "')";
      }
    }
    return call;
  }

  /** True if a tree has a COLLATE anywhere. */
  static boolean isIn(JsonNode tree) {
    if (isCollate(tree)) {
      return true;
    }
    for (JsonNode child : tree) {
      if (isIn(child)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCollate(JsonNode tree) {
    return tree.path("class").asText().equals("COLLATE");
  }
}
