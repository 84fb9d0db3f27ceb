package dev.millrace.engine.batch;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.dbt.adapter.ExportResult;
import dev.millrace.dbt.adapter.LakeSession;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.engine.export.TableExport;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeVersions;
import dev.millrace.engine.store.Store;
import dev.millrace.sql.SqlProblem;
import dev.millrace.sql.Windows;
import dev.millrace.sql.gate.TableVersions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the store for one thread. It alone decides about commits: after a failed
 * statement DuckDB takes a COMMIT without a word and has rolled everything back, so this refuses to
 * commit then; and what a failed COMMIT has done is not known.
 */
final class StoreSession implements AdapterSession {
  private final Store store;
  private final BatchLimits limits;
  private final Path folder;
  private final Semaphore running;
  private final Object lock = new Object();
  private final StoreCatalog catalog;
  private final RelationCache cache;
  private final WriteGuard guard;
  private final WrittenTables written;
  private final Optional<LakeTables> lake;

  /** Earlier versions that temporary views read. */
  private final List<TableVersions.Reading> reading = new ArrayList<>();

  private @Nullable DuckDBConnection connection;
  private @Nullable Statement current;
  private boolean cancelled;
  private long generation;
  private boolean open;
  private boolean failed;

  StoreSession(
      Store store,
      BatchLimits limits,
      Path folder,
      Semaphore running,
      RelationCache cache,
      WrittenTables written,
      Optional<Lake> lake) {
    this.store = store;
    this.lake = lake.map(l -> new LakeTables(l, this));
    this.written = written;
    this.limits = limits;
    this.folder = folder;
    this.running = running;
    this.cache = cache;
    this.catalog = new StoreCatalog(this::query, cache);
    this.guard = new WriteGuard(catalog, limits.alone());
    try {
      connection();
    } catch (SQLException e) {
      throw Store.retry(e);
    }
  }

  private DuckDBConnection connection() throws SQLException {
    DuckDBConnection known = connection;
    if (known != null && generation == store.generation()) {
      return known;
    }
    if (open) {
      discard();
      throw new SQLException(
          "FATAL Error: the store was opened anew in the middle of a transaction");
    }
    discard();
    generation = store.generation();
    DuckDBConnection fresh = store.connect().unwrap(DuckDBConnection.class);
    connection = fresh;
    try (Statement statement = fresh.createStatement()) {
      statement.execute("SET file_search_path = " + Identifier.literal(folder.toString()));
      if (limits.memoryBytes().isPresent()) {
        statement.execute(
            "SET operator_memory_limit = '" + (limits.memoryBytes().getAsLong() >> 10) + "KiB'");
      }
    }
    return fresh;
  }

  @Override
  public QueryResult execute(String sql, boolean fetch) {
    SqlStatements statements = SqlStatements.of(sql);
    if (statements.isEmpty()) {
      return new QueryResult(List.of(), List.of(), -1);
    }
    guard.check(statements);
    cache.note(statements);
    written.note(statements);
    QueryResult result;
    TableVersions.Reading versions = versions();
    try {
      result = run(expanded(sql, versions), fetch);
    } finally {
      if (VersionedSql.isTemporary(sql)) {
        // What a temporary view reads is read until the session ends.
        reading.add(versions);
      } else {
        versions.close();
      }
    }
    tellUnlessOpen();
    return result;
  }

  /** What the session may read of earlier versions; they stay until it is closed. */
  TableVersions.Reading versions() {
    return LakeVersions.of(lake.map(LakeTables::lake)).open();
  }

  /**
   * The text as DuckDB takes it: with plain SQL in the place of windows in FROM, and files in that
   * of earlier versions of tables.
   *
   * @throws StopException if either is not written as it should be
   */
  String expanded(String sql, TableVersions.Reading versions) {
    List<SqlProblem> problems = new ArrayList<>();
    String text = Windows.expandModel(sql, problems);
    if (!problems.isEmpty()) {
      throw new StopException(problems.get(0).at(null), null);
    }
    return VersionedSql.isNeeded(text)
        ? VersionedSql.replace(text, versions, s -> query(s).rows().get(0).get(0))
        : text;
  }

  private void tellUnlessOpen() {
    if (!open) {
      written.tell();
    }
  }

  /** Runs a query of our own. */
  private QueryResult query(String sql) {
    return run(sql, true);
  }

  private QueryResult run(String sql, boolean fetch) {
    boolean slot = false;
    try {
      running.acquire();
      slot = true;
      try (Statement statement = begin(connection().createStatement())) {
        return statement.execute(sql)
            ? result(statement, fetch)
            : new QueryResult(List.of(), List.of(), statement.getLargeUpdateCount());
      } finally {
        end();
      }
    } catch (SQLException e) {
      failed = open;
      throw failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed = open;
      throw new AdapterException("interrupted", e);
    } finally {
      if (slot) {
        running.release();
      }
    }
  }

  private Statement begin(Statement statement) throws SQLException {
    synchronized (lock) {
      if (cancelled) {
        statement.close();
        throw new SQLException("INTERRUPT Error: Interrupted!");
      }
      current = statement;
      return statement;
    }
  }

  private void end() {
    synchronized (lock) {
      current = null;
    }
  }

  private static QueryResult result(Statement statement, boolean fetch) throws SQLException {
    List<ColumnInfo> columns = new ArrayList<>();
    List<List<@Nullable Object>> values = new ArrayList<>();
    try (ResultSet rows = statement.getResultSet()) {
      ResultSetMetaData meta = rows.getMetaData();
      if (!fetch) {
        return new QueryResult(columns, values, -1);
      }
      for (int i = 1; i <= meta.getColumnCount(); i++) {
        columns.add(new ColumnInfo(meta.getColumnName(i), meta.getColumnTypeName(i)));
      }
      while (rows.next()) {
        values.add(ResultValues.row(rows, meta));
      }
    }
    return new QueryResult(columns, values, -1);
  }

  private RuntimeException failure(SQLException e) {
    if (store.isFatal(e, generation)) {
      long seen = generation;
      discard();
      store.reopen(seen);
      return Store.retry(e);
    }
    if (Store.isPassing(e)) {
      return Store.retry(e);
    }
    return new AdapterException(String.valueOf(e.getMessage()), e);
  }

  /** Work over the session's connection. */
  @FunctionalInterface
  interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  /** Does something over the connection, in the transaction if there is one. */
  <T> T using(Work<T> work) {
    try {
      running.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed = open;
      throw new AdapterException("interrupted", e);
    }
    boolean done = false;
    try {
      T result = work.with(connection());
      done = true;
      return result;
    } catch (SQLException e) {
      throw failure(e);
    } catch (MillraceException e) {
      // What the lake makes of an error of DuckDB is for its sinks; here a query is wrong.
      throw e.getCause() instanceof SQLException cause ? failure(cause) : e;
    } finally {
      running.release();
      failed |= open && !done;
    }
  }

  /** Refuses a table that is not the models'. */
  void guard(Relation table) {
    guard.checkWritten(List.of(table.database(), table.schema(), table.identifier()));
  }

  /** A relation was written by other means than a statement. */
  void noteWritten(Relation relation) {
    List<String> name = List.of(relation.schema(), relation.identifier());
    cache.note(name);
    written.note(name);
    tellUnlessOpen();
  }

  @Override
  public Optional<LakeSession> lake() {
    return lake.map(l -> l);
  }

  @Override
  public ExportResult export(ExportRequest request) {
    return using(
        c -> {
          try {
            return new TableExport(c, lake.map(LakeTables::lake), this::begin).run(request);
          } finally {
            end();
          }
        });
  }

  @Override
  public void begin() {
    if (!open) {
      control("BEGIN TRANSACTION");
      open = true;
      failed = false;
    }
  }

  @Override
  public void commit() {
    if (!open) {
      return;
    }
    if (failed) {
      rollback();
      throw new IllegalStateException("a statement failed and its exception was swallowed");
    }
    FaultPoint.pass("model-before-commit");
    open = false;
    try (Statement statement = connection().createStatement()) {
      statement.execute("COMMIT");
    } catch (SQLException e) {
      RuntimeException failure = failure(e);
      discard();
      lake.ifPresent(l -> l.ended(false, store::connect));
      written.tell();
      if (Store.isConflict(e)) {
        throw failure;
      }
      // Not one to try again: rows that are appended would be there twice.
      throw new AdapterException(
          "the commit failed, and the table is as before or as after, nobody knows which: "
              + e.getMessage(),
          e);
    }
    lake.ifPresent(l -> l.ended(true, store::connect));
    written.tell();
    FaultPoint.pass("model-after-commit");
  }

  @Override
  public void rollback() {
    if (!open) {
      return;
    }
    open = false;
    failed = false;
    written.forget();
    DuckDBConnection known = connection;
    if (known != null) {
      try (Statement statement = known.createStatement()) {
        statement.execute("ROLLBACK");
      } catch (SQLException e) {
        discard();
      }
    }
    lake.ifPresent(l -> l.ended(false, store::connect));
  }

  private void control(String sql) {
    try (Statement statement = connection().createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  @Override
  public long load(Relation table, List<String> columns, Iterable<@Nullable String[]> rows) {
    String name = "millrace_seed";
    guard.checkWritten(List.of(table.database(), table.schema(), table.identifier()));
    run("DROP TABLE IF EXISTS temp.main." + name, false);
    StringBuilder create = new StringBuilder("CREATE TEMP TABLE " + name + " (");
    for (int i = 0; i < columns.size(); i++) {
      create.append(i == 0 ? "c" : ", c").append(i).append(" VARCHAR");
    }
    run(create.append(')').toString(), false);
    try {
      SeedAppender.append(connection(), name, columns.size(), rows);
    } catch (SQLException e) {
      failed = open;
      throw failure(e);
    }
    StringBuilder names = new StringBuilder();
    for (String column : columns) {
      names.append(names.isEmpty() ? "" : ", ").append(Identifier.quote(column));
    }
    QueryResult loaded =
        run("INSERT INTO " + table + " (" + names + ") SELECT * FROM temp.main." + name, false);
    run("DROP TABLE temp.main." + name, false);
    written.note(List.of(table.schema(), table.identifier()));
    tellUnlessOpen();
    return loaded.affected();
  }

  @Override
  public List<Relation> relations(String database, String schema) {
    return catalog.relations(database, schema);
  }

  @Override
  public Optional<Relation> find(Relation relation) {
    return catalog.find(relation);
  }

  @Override
  public List<ColumnInfo> columns(Relation relation) {
    return catalog.columns(relation);
  }

  @Override
  public List<String> schemas(String database) {
    return catalog.schemas(database);
  }

  @Override
  public void cancel() {
    synchronized (lock) {
      cancelled = true;
      Statement statement = current;
      if (statement != null) {
        try {
          statement.cancel();
        } catch (SQLException e) {
          // It has ended by itself.
        }
      }
    }
  }

  private void discard() {
    DuckDBConnection known = connection;
    connection = null;
    open = false;
    failed = false;
    if (known != null) {
      try {
        known.close();
      } catch (SQLException e) {
        // It was unusable already.
      }
    }
  }

  @Override
  public void close() {
    rollback();
    discard();
    reading.forEach(TableVersions.Reading::close);
    reading.clear();
  }
}
