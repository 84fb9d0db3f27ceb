package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.store.Transaction;
import dev.millrace.sql.Relation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a batch one operation after the other, each relation as a temporary table: slower than as
 * one statement, but it tells which operation of which stream fails.
 */
final class Stepwise {
  private final Transaction transaction;
  private final BatchVariables variables;
  private final List<Write> writes = new ArrayList<>();

  private record Write(@Nullable StreamRun stream, Operation operation, String sql) {}

  private Stepwise(Transaction transaction, BatchVariables variables) {
    this.transaction = transaction;
    this.variables = variables;
  }

  /**
   * Runs a batch.
   *
   * @throws OperationException if an operation of a stream fails
   * @throws SQLException if something else does
   */
  static void run(
      Transaction transaction,
      BatchPlan plan,
      List<Admission> sources,
      BatchVariables variables,
      List<String> inserts)
      throws SQLException {
    new Stepwise(transaction, variables).run(plan, sources, inserts);
  }

  private void run(BatchPlan plan, List<Admission> sources, List<String> inserts)
      throws SQLException {
    List<String> histories = new ArrayList<>();
    for (Admission source : sources) {
      String delta = CurrentRows.input(source);
      make(delta, source.deltaSql(BatchVariables.firstId(source), false));
      source.history().appendSql(Identifier.quote(delta)).ifPresent(histories::add);
    }
    for (TableInput table : plan.tables()) {
      make(table.relation().delta(), table.deltaSql());
    }
    for (Relation relation : plan.still()) {
      make(relation.delta(), BatchPlan.noChangeSql(relation));
    }
    for (Operation operation : plan.inputOperations()) {
      run(null, operation, false);
    }
    int takes = 0;
    for (StreamRun stream : plan.streams()) {
      for (Operation operation : stream.operations()) {
        try {
          boolean due = operation instanceof Operation.Take && plan.due().get(takes++);
          run(stream, operation, due);
        } catch (SQLException e) {
          throw new OperationException(stream, operation, e);
        }
      }
    }
    for (String insert : histories) {
      transaction.execute(insert);
    }
    for (Write write : writes) {
      try {
        transaction.execute(write.sql);
      } catch (SQLException e) {
        throw write.stream == null ? e : new OperationException(write.stream, write.operation, e);
      }
    }
    for (String insert : inserts) {
      transaction.execute(insert);
    }
  }

  private void make(String name, String select) throws SQLException {
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE "
            + Identifier.quote(name)
            + " AS "
            + variables.literals(select));
  }

  /** Runs an operation of a stream, or of an input. */
  private void run(@Nullable StreamRun stream, Operation operation, boolean due)
      throws SQLException {
    if (operation instanceof Operation.Make make) {
      make(make.name(), make.select());
    } else if (operation instanceof Operation.Scan scan) {
      make(scan.name(), scan.select());
    } else if (operation instanceof Operation.Read read) {
      String probe = Identifier.quote(read.probe());
      if (read.read().isIndexed()) {
        make("_probed", read.read().probeSql(probe, read.columns()));
        make(read.name(), read.read().rowsSql("_probed"));
      } else {
        make(read.name(), read.read().scanSql(probe, read.columns()));
      }
    } else if (operation instanceof Operation.Take take) {
      make(take.name(), due ? take.expiry().dueSql(take.before()) : take.expiry().noneSql());
    } else if (operation instanceof Operation.Append append) {
      String sql = append.table().appendSql(append.select(), false);
      writes.add(new Write(stream, operation, variables.literals(sql)));
    } else if (operation instanceof Operation.Remove remove) {
      String sql = remove.table().removeSql(remove.select());
      writes.add(new Write(stream, operation, variables.literals(sql)));
    } else if (operation instanceof Operation.Count count) {
      make("_counted", count.tally().sql(count.select()));
    }
  }
}
