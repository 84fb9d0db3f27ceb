package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.ModelSet.Draft;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts each model after those that it reads, and reports every circle once. */
final class ModelOrder {
  private final ModelSet models;
  private final Problems problems;
  private final List<Draft> ordered = new ArrayList<>();
  private final Set<String> done = new HashSet<>();
  private final List<Draft> path = new ArrayList<>();

  private ModelOrder(ModelSet models, Problems problems) {
    this.models = models;
    this.problems = problems;
  }

  /** The models in order; where they read one another in a circle, in some order. */
  static List<Draft> of(ModelSet models, Problems problems) {
    ModelOrder order = new ModelOrder(models, problems);
    models.all().forEach(order::visit);
    return order.ordered;
  }

  private void visit(Draft draft) {
    int start = path.indexOf(draft);
    if (start >= 0) {
      report(new ArrayList<>(path.subList(start, path.size())));
    } else if (!done.contains(draft.name())) {
      path.add(draft);
      models.read(draft).forEach(this::visit);
      path.remove(path.size() - 1);
      done.add(draft.name());
      ordered.add(draft);
    }
  }

  private void report(List<Draft> circle) {
    Draft first = circle.get(0);
    String next = circle.get(1 % circle.size()).name();
    SourceLocation where =
        first.references().stream()
            .filter(r -> r.source().isEmpty() && r.name().equals(next))
            .map(ModelTemplates.Reference::where)
            .findFirst()
            .orElse(SourceLocation.ofFile(first.file().path()));
    if (circle.size() == 1) {
      problems.error(ProjectError.MODEL_CYCLE, where, "model `" + next + "` reads itself", null);
      return;
    }
    circle.add(first);
    String whole =
        circle.stream().map(Draft::name).collect(Collectors.joining("` reads `", "`", "`"));
    problems.error(
        ProjectError.MODEL_CYCLE,
        where,
        "models read one another in a circle: " + whole,
        "let one of them read a source, or another model, instead");
  }
}
