package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.context.ParsedNode;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.ProjectError;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses what a build would make of a topic: the rows of a stream's source are in no table. */
final class TopicReads {
  private final Map<String, Draft> byId = new HashMap<>();
  private final References references;
  private final Problems problems;

  TopicReads(References references, Problems problems) {
    this.references = references;
    this.problems = problems;
  }

  /**
   * Reports them.
   *
   * @param kept ids of the models that a running Millrace keeps up to date
   */
  void check(List<Draft> drafts, Set<String> kept) {
    drafts.forEach(d -> byId.put(d.id, d));
    for (Draft draft : drafts) {
      boolean built =
          draft.type == NodeType.MODEL
              || draft.type == NodeType.SNAPSHOT
              || draft.type == NodeType.TEST;
      if (built && !isEphemeral(draft) && !kept.contains(draft.id)) {
        check(draft, draft, new LinkedHashSet<>());
      }
    }
  }

  private void check(Draft reader, Draft draft, Set<String> seen) {
    for (ParsedNode.SourceCall call : draft.sources) {
      boolean topic =
          references
              .find(draft.project.name(), call)
              .filter(d -> Boolean.TRUE.equals(d.extra.get("is_topic")))
              .isPresent();
      if (topic) {
        String source = call.source() + "." + call.table();
        problems.error(
            ProjectError.CANNOT_READ,
            call.where(),
            "`"
                + reader.name
                + "` is made by `millrace build`, which reads tables; the rows of source `"
                + source
                + "` are in a topic",
            "let a stream keep them (`materialized='stream'`: `SELECT * FROM {{ source('"
                + call.source()
                + "', '"
                + call.table()
                + "') }}`), and read that by `ref()`");
      }
    }
    draft.dependsOn.stream()
        .map(byId::get)
        .filter(d -> d != null && isEphemeral(d) && seen.add(d.id))
        .forEach(d -> check(reader, d, seen));
  }

  private static boolean isEphemeral(Draft draft) {
    return "ephemeral".equals(draft.config.get("materialized"));
  }
}
