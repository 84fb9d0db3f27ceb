package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a star of a SELECT stands for: {@code *}, a relation's, or the members of a
 * column that is a STRUCT, without those of EXCLUDE and with those of REPLACE and RENAME.
 */
final class StarColumns {
  /**
   * One column.
   *
   * @param name as the result has it
   * @param own as FROM has it; null for an expression of REPLACE
   * @param written an expression that means it in the text
   * @param field the field that it is; null for an expression
   */
  record Chosen(String name, @Nullable String own, JsonNode written, @Nullable Field field) {}

  /** A column before the lists are applied; the source is null for a struct's member. */
  private record Candidate(
      Scope.@Nullable Source source, String name, JsonNode written, @Nullable Field field) {
    boolean isMerged() {
      return source != null && source.merged().stream().anyMatch(name::equalsIgnoreCase);
    }

    boolean isNamed(JsonNode qualified) {
      List<String> qualifier = new ArrayList<>();
      for (String part : List.of("schema", "table")) {
        String text = qualified.path(part).asText();
        if (!text.isEmpty()) {
          qualifier.add(text);
        }
      }
      return name.equalsIgnoreCase(qualified.path("column").asText())
          && (qualifier.isEmpty() || (source != null && source.isNamed(qualifier)));
    }
  }

  private final Compilation compilation;
  private final Scope scope;

  StarColumns(Compilation compilation, Scope scope) {
    this.compilation = compilation;
    this.scope = scope;
  }

  /** The columns of a star in their order; what its lists name and is not there is told. */
  List<Chosen> of(JsonNode star) {
    String relation = star.path("relation_name").asText();
    List<Candidate> candidates = relation.isEmpty() ? all() : of(star, relation);
    checkNames(star, candidates);
    List<Chosen> chosen = new ArrayList<>();
    Map<String, Field> open = new HashMap<>();
    Set<String> replaced = new HashSet<>();
    for (Candidate candidate : candidates) {
      String lower = candidate.name.toLowerCase(Locale.ROOT);
      boolean merged = relation.isEmpty() && candidate.isMerged();
      if (isExcluded(star, candidate)) {
        if (!merged && candidate.field != null) {
          open.put(lower, candidate.field);
        }
        continue;
      }
      Optional<JsonNode> replacement = replacement(star, candidate.name);
      if (replacement.isPresent()) {
        if (replaced.add(lower)) {
          JsonNode entry = replacement.get();
          chosen.add(new Chosen(entry.path("key").asText(), null, entry.path("value"), null));
        }
        continue;
      }
      // Of columns that USING merges the first shows that is not excluded.
      Field shown = merged ? open.remove(lower) : candidate.field;
      if (!merged) {
        open.remove(lower);
      }
      if (!merged || shown != null) {
        String name = newName(star, candidate);
        JsonNode written = merged ? reference(star, List.of(candidate.name)) : candidate.written;
        chosen.add(new Chosen(name, candidate.name, written, shown));
      }
    }
    return chosen;
  }

  private List<Candidate> all() {
    List<Candidate> candidates = new ArrayList<>();
    for (Scope.Source source : scope.sources()) {
      for (Visible column : source.columns()) {
        Field field = source.shown().getOrDefault(column.field(), column.field());
        candidates.add(candidate(source, column.name(), field));
      }
    }
    return candidates;
  }

  private Candidate candidate(Scope.Source source, String name, Field field) {
    List<String> path = new ArrayList<>(source.path());
    boolean qualified =
        !path.isEmpty() && scope.find(List.copyOf(path), name).equals(List.of(field));
    path.add(name);
    JsonNode written = reference(DuckDb.object(), qualified ? path : List.of(name));
    return new Candidate(source, name, written, field);
  }

  private List<Candidate> of(JsonNode star, String relation) {
    List<Candidate> candidates = new ArrayList<>();
    for (Scope.Source source : scope.sources()) {
      if (source.isNamed(List.of(relation))) {
        source.columns().forEach(c -> candidates.add(candidate(source, c.name(), c.field())));
      }
    }
    List<Field> columns = candidates.isEmpty() ? scope.find(relation) : List.of();
    if (columns.size() == 1) {
      Optional<DataType> type = DataTypeParser.parse(columns.get(0).type());
      if (type.isPresent() && type.get() instanceof DataType.Struct struct) {
        for (Column member : struct.fields()) {
          JsonNode written = reference(star, List.of(relation, member.name()));
          candidates.add(new Candidate(null, member.name(), written, null));
        }
      }
    }
    if (candidates.isEmpty()) {
      unknownRelation(star, relation, columns);
    }
    return candidates;
  }

  private void unknownRelation(JsonNode star, String relation, List<Field> columns) {
    String message = "there is no relation `" + relation + "` in FROM";
    String hint = Suggestion.didYouMean(relation, scope.relationNames());
    if (columns.size() == 1) {
      message = "`" + relation + "` is a column of type " + columns.get(0).type();
      hint = "`.*` needs a relation, or a column that is a STRUCT";
    } else if (hint == null && !scope.relationNames().isEmpty()) {
      hint = "there are " + String.join(", ", scope.relationNames());
    }
    compilation.findings().add(star, SqlCode.SQL_UNKNOWN_RELATION, message, hint);
  }

  private static boolean isExcluded(JsonNode star, Candidate candidate) {
    for (JsonNode name : star.path("exclude_list")) {
      if (name.asText().equalsIgnoreCase(candidate.name)) {
        return true;
      }
    }
    for (JsonNode name : star.path("qualified_exclude_list")) {
      if (candidate.isNamed(name)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<JsonNode> replacement(JsonNode star, String name) {
    for (JsonNode entry : star.path("replace_list")) {
      if (entry.path("key").asText().equalsIgnoreCase(name)) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  private static String newName(JsonNode star, Candidate candidate) {
    for (JsonNode entry : star.path("rename_list")) {
      if (candidate.isNamed(entry.path("key"))) {
        return entry.path("value").asText();
      }
    }
    return candidate.name;
  }

  /** Tells what EXCLUDE, REPLACE and RENAME name and is not there. */
  private void checkNames(JsonNode star, List<Candidate> candidates) {
    if (candidates.isEmpty()) {
      return;
    }
    star.path("exclude_list").forEach(n -> checkName(star, "EXCLUDE", qualified(n), candidates));
    star.path("qualified_exclude_list").forEach(n -> checkName(star, "EXCLUDE", n, candidates));
    for (JsonNode entry : star.path("replace_list")) {
      checkName(star, "REPLACE", qualified(entry.path("key")), candidates);
    }
    for (JsonNode entry : star.path("rename_list")) {
      checkName(star, "RENAME", entry.path("key"), candidates);
    }
  }

  private static JsonNode qualified(JsonNode name) {
    return DuckDb.object().put("column", name.asText());
  }

  private void checkName(JsonNode star, String list, JsonNode name, List<Candidate> candidates) {
    if (candidates.stream().anyMatch(candidate -> candidate.isNamed(name))) {
      return;
    }
    String column = name.path("column").asText();
    String table = name.path("table").asText();
    List<String> known = candidates.stream().map(Candidate::name).distinct().toList();
    String hint = Suggestion.didYouMean(column, known);
    compilation
        .findings()
        .add(
            star,
            SqlCode.SQL_UNKNOWN_COLUMN,
            list
                + " names `"
                + (table.isEmpty() ? column : table + "." + column)
                + "`, which is not among the columns",
            hint == null ? "there are " + String.join(", ", known) : hint);
  }

  /** A name in the text, at the place of another node. */
  static ObjectNode reference(JsonNode place, List<String> path) {
    ObjectNode tree = Compilation.reference("");
    ArrayNode names = tree.putArray("column_names");
    path.forEach(names::add);
    ExpressionResolver.copyPlace(place, tree);
    return tree;
  }
}
