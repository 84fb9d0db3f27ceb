package dev.millrace.engine.flow;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.store.Transaction;
import dev.millrace.sql.Relation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one batch does: which streams it concerns, and with them the deltas, reads and writes, in an
 * order in which every relation is made before it is read and every table is read before it is
 * written.
 *
 * @param current the rows of change data that may change
 * @param streams those that may change, each after those it reads
 * @param still relations that concerned streams read and that have no changes
 * @param tables tables that are read as inputs, some of their rows at a time
 * @param lookups tables of builds whose changes are taken
 * @param due for each take of the streams, in order, whether it has rows to look for
 */
record BatchPlan(
    List<CurrentRows> current,
    List<StreamRun> streams,
    List<Relation> still,
    List<TableInput> tables,
    List<Lookup> lookups,
    List<Boolean> due) {
  /** Copies the lists. */
  BatchPlan {
    current = List.copyOf(current);
    tables = List.copyOf(tables);
    lookups = List.copyOf(lookups);
    streams = List.copyOf(streams);
    still = List.copyOf(still);
    due = List.copyOf(due);
  }

  /**
   * The plan of a batch.
   *
   * @param current the rows of all change data
   * @param changed names of source streams that have rows
   * @param moved whether a watermark has moved
   */
  static BatchPlan of(
      FlowParts parts, List<CurrentRows> current, Set<String> changed, boolean moved) {
    Set<String> changing = new HashSet<>(changed);
    Set<String> known = new HashSet<>();
    parts.sources().forEach(s -> known.add(s.relation().name()));
    List<TableInput> tables = parts.tables().stream().filter(TableInput::isOpen).toList();
    for (TableInput table : tables) {
      known.add(table.relation().name());
      changing.add(table.relation().name());
    }
    List<Lookup> lookups = parts.lookups().stream().filter(Lookup::isOpen).toList();
    for (Lookup lookup : lookups) {
      known.add(lookup.relation().name());
      changing.add(lookup.relation().name());
    }
    List<CurrentRows> concerned = new ArrayList<>();
    for (CurrentRows rows : current) {
      String name = rows.source().relation().name();
      if (changed.contains(name)) {
        concerned.add(rows);
      } else {
        known.remove(name);
      }
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
    return new BatchPlan(concerned, streams, still, tables, lookups, due);
  }

  /** What is done before streams, in order. */
  List<Operation> inputOperations() {
    return Stream.concat(
            current.stream().flatMap(c -> c.operations().stream()),
            lookups.stream().flatMap(l -> l.operations().stream()))
        .toList();
  }

  /** What is done, in order. */
  List<Operation> operations() {
    return Stream.concat(
            inputOperations().stream(), streams.stream().flatMap(s -> s.operations().stream()))
        .toList();
  }

  /** Changes of a source ({@code source.stream}) that did nothing to its rows. */
  long ignored(String source) {
    return current.stream()
        .filter(c -> c.source().stream().qualifiedName().equals(source))
        .mapToLong(CurrentRows::ignored)
        .sum();
  }

  /** Deletes rows of large tables that the batch's statement only noted. */
  void removeNoted(Transaction transaction) throws SQLException {
    for (Operation operation : operations()) {
      if (operation instanceof Operation.Remove remove && remove.table().isNoted()) {
        remove.table().removeNoted(transaction);
      }
    }
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
        .filter(
            s ->
                s.stream().format().isChanges()
                    ? current.stream().anyMatch(c -> c.source() == s)
                    : inputs.contains(s.relation().name()) || s.history().isKept())
        .toList();
  }
}
