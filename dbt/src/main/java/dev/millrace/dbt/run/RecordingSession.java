package dev.millrace.dbt.run;

import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.LakeSession;
import dev.millrace.dbt.adapter.LakeWrite;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.adapter.Relation;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session that remembers what ran, for one node after the other. */
final class RecordingSession implements AdapterSession {
  private static final int LONGEST = 1 << 20;

  private final AdapterSession session;
  private final StringBuilder statements = new StringBuilder();
  private long affected = -1;
  private String verb = "";
  private boolean committed;

  RecordingSession(AdapterSession session) {
    this.session = session;
  }

  /** Forgets what ran. */
  void reset() {
    statements.setLength(0);
    affected = -1;
    verb = "";
  }

  /** From now on {@link #hasCommitted} is about what comes. */
  void beginAttempt() {
    committed = false;
  }

  /** True if something was committed since {@link #beginAttempt}, so that it must not run again. */
  boolean hasCommitted() {
    return committed;
  }

  /** The statements that ran. */
  String statements() {
    return statements.toString();
  }

  /** How many rows the last statement wrote that wrote rows; -1 if none did. */
  long affected() {
    return affected;
  }

  /** {@code INSERT} if that statement was a seed's, else {@code SELECT}. */
  String verb() {
    return verb;
  }

  private void record(String sql) {
    if (statements.length() < LONGEST) {
      if (!statements.isEmpty()) {
        statements.append(";\n\n");
      }
      statements.append(sql.strip());
    }
  }

  @Override
  public QueryResult execute(String sql, boolean fetch) {
    record(sql);
    QueryResult result = session.execute(sql, fetch);
    if (result.affected() >= 0) {
      affected = result.affected();
      verb = "SELECT";
    }
    return result;
  }

  @Override
  public long load(Relation table, List<String> columns, Iterable<@Nullable String[]> rows) {
    record("-- rows of the seed's file are loaded into " + table);
    affected = session.load(table, columns, rows);
    verb = "INSERT";
    return affected;
  }

  @Override
  public void begin() {
    session.begin();
  }

  @Override
  public void commit() {
    session.commit();
    committed = true;
  }

  @Override
  public void rollback() {
    session.rollback();
  }

  @Override
  public List<Relation> relations(String database, String schema) {
    return session.relations(database, schema);
  }

  @Override
  public Optional<Relation> find(Relation relation) {
    return session.find(relation);
  }

  @Override
  public List<ColumnInfo> columns(Relation relation) {
    return session.columns(relation);
  }

  @Override
  public List<String> schemas(String database) {
    return session.schemas(database);
  }

  @Override
  public Optional<LakeSession> lake() {
    return session.lake().map(Recorded::new);
  }

  private final class Recorded implements LakeSession {
    private final LakeSession lake;

    Recorded(LakeSession lake) {
      this.lake = lake;
    }

    @Override
    public boolean has(Relation relation) {
      return lake.has(relation);
    }

    @Override
    public long write(LakeWrite write) {
      record(
          "-- " + write.action() + " of " + write.relation() + " in the lake\n" + write.select());
      affected = lake.write(write);
      verb = "SELECT";
      committed = true;
      return affected;
    }
  }

  @Override
  public void cancel() {
    session.cancel();
  }

  @Override
  public void close() {
    session.close();
  }
}
