package dev.millrace.project;

import dev.millrace.api.type.Identifier;
import dev.millrace.project.ModelSet.Draft;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts ephemeral models into the models that read them, each once and after those that it reads
 * itself, as common table expressions called {@code __dbt__cte__name}, as dbt does.
 */
final class EphemeralInliner {
  private final ModelSet models;

  EphemeralInliner(ModelSet models) {
    this.models = models;
  }

  /** A model's SQL after inlining. */
  SqlPieces inline(Draft draft, ModelTemplates.RenderedModel rendered) {
    Map<String, Draft> needed = new LinkedHashMap<>();
    collect(draft, needed, new LinkedHashSet<>(Set.of(draft.name())));
    String sql = rendered.sql();
    SqlPieces pieces = new SqlPieces();
    List<SqlText.Word> words = SqlText.words(sql);
    int end = endOfSelect(words, sql);
    if (needed.isEmpty() || words.isEmpty()) {
      return pieces.append(sql, 0, end, rendered.sourceMap());
    }
    boolean hasWith = words.get(0).is("with");
    boolean recursive = hasWith && words.size() > 1 && words.get(1).is("recursive");
    SqlText.Word last = words.get(recursive ? 1 : 0);
    int split = hasWith ? last.offset() + last.text().length() : words.get(0).offset();
    pieces.append(sql, 0, split, rendered.sourceMap());
    pieces.glue(hasWith ? " " : "WITH ", rendered.sourceMap(), split);
    String separator = "";
    for (Draft ephemeral : needed.values()) {
      ModelTemplates.RenderedModel inner = ephemeral.rendered().orElseThrow();
      int innerEnd = endOfSelect(SqlText.words(inner.sql()), inner.sql());
      pieces.glue(separator + cteName(ephemeral.name()) + " AS (\n", inner.sourceMap(), 0);
      pieces.append(inner.sql(), 0, innerEnd, inner.sourceMap());
      pieces.glue("\n)", inner.sourceMap(), innerEnd);
      separator = ", ";
    }
    pieces.glue(hasWith ? "," : "\n", rendered.sourceMap(), split);
    return pieces.append(sql, split, end, rendered.sourceMap());
  }

  /** How a reference to an ephemeral model is written in SQL. */
  private static String cteName(String model) {
    return Identifier.quote("__dbt__cte__" + model);
  }

  /** Ends before the semicolons that a file may end with. */
  private static int endOfSelect(List<SqlText.Word> words, String sql) {
    int end = sql.length();
    for (int i = words.size() - 1; i >= 0 && words.get(i).is(";"); i--) {
      end = words.get(i).offset();
    }
    return end;
  }

  private void collect(Draft draft, Map<String, Draft> needed, Set<String> path) {
    for (Draft read : models.read(draft)) {
      if (read.isEphemeral() && !needed.containsKey(read.name()) && path.add(read.name())) {
        collect(read, needed, path);
        needed.put(read.name(), read);
      }
    }
  }

  /** The ids of what a model reads after inlining: models and {@code source.stream}. */
  List<String> reads(Draft draft) {
    Set<String> reads = new LinkedHashSet<>();
    reads(draft, reads, new LinkedHashSet<>(Set.of(draft.name())));
    return new ArrayList<>(reads);
  }

  private void reads(Draft draft, Set<String> reads, Set<String> path) {
    for (ModelTemplates.Reference reference : draft.references()) {
      Optional<Draft> model =
          reference.source().isEmpty() ? models.draft(reference.name()) : Optional.empty();
      if (model.filter(Draft::isEphemeral).isEmpty()) {
        reads.add(reference.id());
      } else if (path.add(reference.name())) {
        reads(model.get(), reads, path);
      }
    }
  }
}
