package dev.millrace.engine.flow;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.sql.Relation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one batch does: which streams it concerns, and with them the deltas, reads and writes, in an
 * order in which every relation is made before it is read and every table is read before it is
 * written.
 *
 * @param streams those that may change, each after those it reads
 * @param still relations that concerned streams read and that have no changes
 * @param tables tables that are read as inputs, some of their rows at a time
 * @param due for each take of the streams, in order, whether it has rows to look for
 */
record BatchPlan(
    List<StreamRun> streams, List<Relation> still, List<TableInput> tables, List<Boolean> due) {
  /** Copies the lists. */
  BatchPlan {
    tables = List.copyOf(tables);
    streams = List.copyOf(streams);
    still = List.copyOf(still);
    due = List.copyOf(due);
  }

  /**
   * The plan of a batch.
   *
   * @param changed names of source streams that have rows
   * @param moved whether a watermark has moved
   */
  static BatchPlan of(FlowParts parts, Set<String> changed, boolean moved) {
    Set<String> changing = new HashSet<>(changed);
    Set<String> known = new HashSet<>();
    parts.sources().forEach(s -> known.add(s.relation().name()));
    List<TableInput> tables = parts.tables().stream().filter(TableInput::isOpen).toList();
    for (TableInput table : tables) {
      known.add(table.relation().name());
      changing.add(table.relation().name());
    }
    List<StreamRun> streams = new ArrayList<>();
    List<Relation> still = new ArrayList<>();
    List<Boolean> due = new ArrayList<>();
    for (StreamRun stream : parts.streams()) {
      if (stream.stopped().isPresent() || stream.isFilling()) {
        continue;
      }
      List<Relation> inputs = stream.program().inputs();
      boolean takes = moved && stream.expiries().stream().anyMatch(Expiry::isDue);
      boolean first = stream.isNew();
      if (!takes && !first && inputs.stream().noneMatch(i -> changing.contains(i.name()))) {
        continue;
      }
      for (Relation input : inputs) {
        if (known.add(input.name())) {
          still.add(input);
        }
      }
      stream.expiries().forEach(e -> due.add(e.isDue()));
      streams.add(stream);
      known.add(stream.program().output().name());
      changing.add(stream.program().output().name());
    }
    return new BatchPlan(streams, still, tables, due);
  }

  /** What the streams do, in order. */
  List<Operation> operations() {
    return streams.stream().flatMap(s -> s.operations().stream()).toList();
  }

  /** A SELECT of no change, for a relation that stays as it is. */
  static String noChangeSql(Relation relation) {
    List<Column> columns = new ArrayList<>(relation.schema().columns());
    columns.addAll(relation.hidden().columns());
    return columns.stream()
            .map(c -> "NULL::" + c.type() + " AS " + Identifier.quote(c.name()))
            .collect(Collectors.joining(", ", "SELECT ", ", 1::TINYINT AS _w"))
        + " WHERE false";
  }

  /** Those of the sources whose rows are read. */
  List<Admission> read(List<Admission> sources) {
    Set<String> inputs = new HashSet<>();
    streams.forEach(s -> s.program().inputs().forEach(i -> inputs.add(i.name())));
    return sources.stream()
        .filter(s -> inputs.contains(s.relation().name()) || s.history().isKept())
        .toList();
  }
}
