package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a whole batch as one statement: every relation of its plan is a common table expression,
 * and so is every INSERT and DELETE. For a few rows DuckDB takes ten times as long to plan
 * statements as to run them, and this one can be planned once; for many rows a relation in memory
 * costs a twentieth of a temporary table.
 *
 * <p>Two things are not obvious. The reads of tables come before a barrier that depends on all of
 * them, and the writes behind it, each after the other: DuckDB runs what follows an expression that
 * writes after it, but orders nothing else. And the recursive expression at the end makes DuckDB
 * run every expression to its end before those that read it; without one it lets them exchange
 * rows, in which case a write could begin while a read goes on.
 */
final class BatchStatement {
  private final BatchPlan plan;
  private final List<Admission> sources;
  private final boolean bulk;
  private final List<String> inserts;
  private final List<String> expressions = new ArrayList<>();
  private final List<String> writes = new ArrayList<>();
  private final List<String> reads = new ArrayList<>();
  private int takes;

  private BatchStatement(
      BatchPlan plan, List<Admission> sources, boolean bulk, List<String> inserts) {
    this.inserts = inserts;
    this.plan = plan;
    this.sources = sources;
    this.bulk = bulk;
  }

  /**
   * The text, with {@link BatchVariables} in it.
   *
   * @param sources whose rows are read
   * @param bulk true for so many rows that scanning tables beats looking rows up
   * @param inserts what is written besides
   */
  static String of(BatchPlan plan, List<Admission> sources, boolean bulk, List<String> inserts) {
    return new BatchStatement(plan, sources, bulk, inserts).text();
  }

  private String text() {
    for (Admission source : sources) {
      String delta = CurrentRows.input(source);
      make(delta, source.deltaSql(BatchVariables.firstId(source), !bulk));
      source.history().appendSql(Identifier.quote(delta)).ifPresent(writes::add);
    }
    plan.tables().forEach(t -> make(t.relation().delta(), t.deltaSql()));
    plan.still().forEach(r -> make(r.delta(), BatchPlan.noChangeSql(r)));
    plan.operations().forEach(this::add);
    writes.addAll(inserts);
    StringBuilder text = new StringBuilder("WITH ");
    expressions.forEach(e -> text.append(e).append(",\n"));
    text.append("\"_read\" AS MATERIALIZED (SELECT 0");
    reads.forEach(r -> text.append(" + (SELECT count(*) FROM ").append(r).append(')'));
    text.append(" AS n),\n\"_barrier\" AS (INSERT INTO progress.barrier SELECT n FROM \"_read\"");
    text.append(" WHERE millrace_same(n) < 0)");
    for (int i = 0; i < writes.size(); i++) {
      text.append(",\n\"_write").append(i).append("\" AS (").append(writes.get(i)).append(')');
    }
    text.append(",\n\"_whole\" AS (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r");
    text.append(" WHERE i < 1) SELECT i FROM r)\nSELECT i FROM \"_whole\"");
    return text.toString();
  }

  private void make(String name, String select) {
    expressions.add(Identifier.quote(name) + " AS MATERIALIZED (" + select + ")");
  }

  private void read(String name, String select) {
    make(name, select);
    reads.add(Identifier.quote(name));
  }

  private void add(Operation operation) {
    if (operation instanceof Operation.Make make) {
      make(make.name(), make.select());
    } else if (operation instanceof Operation.Scan scan) {
      read(scan.name(), scan.select());
    } else if (operation instanceof Operation.Read read) {
      add(read);
    } else if (operation instanceof Operation.Take take) {
      boolean due = plan.due().get(takes++);
      if (due) {
        read(take.name(), take.expiry().dueSql(take.before()));
      } else {
        make(take.name(), take.expiry().noneSql());
      }
    } else if (operation instanceof Operation.Append append) {
      writes.add(append.table().appendSql(append.select(), bulk));
    } else if (operation instanceof Operation.Remove remove) {
      if (bulk || !remove.table().isLarge()) {
        writes.add(remove.table().removeSql(remove.select()));
      } else {
        read("_gone" + reads.size(), remove.table().noteSql(remove.select()));
      }
    } else if (operation instanceof Operation.Count count) {
      read("_count" + reads.size(), count.tally().sql(count.select()));
    }
  }

  private void add(Operation.Read read) {
    String probe = Identifier.quote(read.probe());
    if (bulk || !read.read().isIndexed()) {
      read(read.name(), read.read().scanSql(probe, read.columns()));
      return;
    }
    String probed = "_probe" + reads.size();
    make(probed, read.read().probeSql(probe, read.columns()));
    read(read.name(), read.read().rowsSql(Identifier.quote(probed)));
  }
}
