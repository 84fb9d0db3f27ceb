package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.flow.BatchVariables.Parameterized;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs what a batch does to the tables of a flow, in one of three ways: few records by a statement
 * that is planned once for many batches, many by one that is planned for them, and a batch that has
 * failed step by step. For the flow's thread.
 */
final class Execution {
  /** So many texts are kept: batches have few shapes, but nothing bounds them. */
  private static final int SHAPES = 64;

  private final FlowParts parts;
  private final RefusedRows refused;
  private final Workers workers;
  private final Map<List<Object>, Parameterized> planned =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, Parameterized> eldest) {
          return size() > SHAPES;
        }
      };

  Execution(FlowParts parts, RefusedRows refused, Workers workers) {
    this.parts = parts;
    this.refused = refused;
    this.workers = workers;
  }

  /** True for a batch of so many records that its statement scans tables. */
  boolean isBulk(int records, StateTables tables) {
    return workers.isBulk(records, tables);
  }

  /** The tables are other ones. */
  void reset() {
    planned.clear();
  }

  /**
   * Runs a batch in its transaction.
   *
   * @param bulk as {@link #isBulk} said before it
   * @throws OperationException if it runs step by step and an operation of a stream fails
   */
  void run(
      Transaction transaction,
      StateTables tables,
      Admitted admitted,
      boolean bulk,
      boolean stepwise)
      throws SQLException {
    BatchPlan plan = admitted.plan();
    workers.fit(transaction, bulk);
    List<Admission> sources = plan.read(parts.sources());
    BatchVariables variables =
        new BatchVariables(parts.sources(), admitted::firstId, admitted.nowMicros());
    if (stepwise) {
      Stepwise.run(transaction, plan, sources, variables, refused.insertSql(false));
    } else if (bulk) {
      transaction.execute(
          variables.literals(BatchStatement.of(plan, sources, true, refused.insertSql(false))));
    } else {
      Parameterized statement =
          planned.computeIfAbsent(
              shape(plan, sources, tables),
              k ->
                  BatchVariables.parameters(
                      BatchStatement.of(plan, sources, false, refused.insertSql(true))));
      transaction.executePrepared(statement.sql(), variables.values(statement.names()));
      plan.removeNoted(transaction);
    }
    plan.streams().forEach(StreamRun::ran);
  }

  /** Batches of the same shape have the same statement. */
  private static List<Object> shape(BatchPlan plan, List<Admission> sources, StateTables tables) {
    List<Object> shape = new ArrayList<>();
    plan.streams().forEach(s -> shape.add(s.model().name()));
    shape.add(plan.due());
    sources.forEach(s -> shape.add(s.relation().name()));
    shape.add(tables.shape());
    return shape;
  }
}
