package dev.millrace.engine.lake;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.lookup.LookupTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Views of the store over the files that tables of the lake have. Lake and store commit one after
 * the other, and others may write the lake too; so the store notes which version a view shows, and
 * a view that shows another one than the newest is made anew. Files of earlier versions stay until
 * these expire, so whoever reads meanwhile finds them.
 */
public final class LakeViews {
  private static final Logger LOG = LoggerFactory.getLogger(LakeViews.class);
  private static final String NOTED = "store.progress.lake_views";

  /** What the store has said of a view. */
  private static final String DEFINITION =
      "(SELECT md5(sql) FROM duckdb_views() WHERE database_name = 'store' AND schema_name = %s"
          + " AND view_name = %s)";

  private LakeViews() {}

  /**
   * A view that the store notes.
   *
   * @param schema of the store
   * @param name of the view there
   * @param version which it shows; null for a table without one
   * @param untouched whether the view is as it was made here
   */
  public record View(String schema, String name, @Nullable Long version, boolean untouched) {
    /** The table's name in the lake. */
    public String table() {
      return schema + "." + name;
    }
  }

  /** Makes the store's notes if they are missing. */
  public static void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS store.progress");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + NOTED
              + " (\"schema\" VARCHAR, name VARCHAR, version BIGINT, definition VARCHAR)");
    }
  }

  /** The views that there are, as the connection's transaction sees them. */
  public static List<View> noted(Connection connection) throws SQLException {
    List<View> views = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT n.\"schema\", n.name, n.version, md5(v.sql) = n.definition FROM "
                    + NOTED
                    + " n LEFT JOIN duckdb_views() v ON v.database_name = 'store'"
                    + " AND v.schema_name = n.\"schema\" AND v.view_name = n.name ORDER BY ALL")) {
      while (row.next()) {
        views.add(
            new View(
                row.getString(1),
                row.getString(2),
                row.getObject(3) == null ? null : (Long) row.getLong(3),
                row.getBoolean(4)));
      }
    }
    return views;
  }

  /** The view of that name, if it is as it was made here. */
  public static Optional<View> find(Connection connection, String schema, String name)
      throws SQLException {
    return noted(connection).stream()
        .filter(v -> v.untouched() && v.schema().equals(schema) && v.name().equals(name))
        .findFirst();
  }

  /** Makes or replaces the view of a table, as a part of the connection's transaction. */
  public static void replace(
      Connection connection, Lake lake, String schema, String name, TableFiles files)
      throws SQLException {
    // Before anybody sees the view. If it comes to nothing, the one before is pinned, too.
    lake.pin(schema, name, files);
    String view = "store." + Identifier.quote(schema) + "." + Identifier.quote(name);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE OR REPLACE VIEW " + view + " AS SELECT * FROM " + files.relation());
      forget(statement, schema, name);
      statement.execute(
          "INSERT INTO %s VALUES (%s, %s, %s, %s)"
              .formatted(
                  NOTED,
                  Identifier.literal(schema),
                  Identifier.literal(name),
                  files.version(),
                  DEFINITION.formatted(Identifier.literal(schema), Identifier.literal(name))));
    }
  }

  private static void forget(Statement statement, String schema, String name) throws SQLException {
    statement.execute(
        "DELETE FROM %s WHERE \"schema\" = %s AND name = %s"
            .formatted(NOTED, Identifier.literal(schema), Identifier.literal(name)));
  }

  /**
   * Makes views anew that do not show the newest version of their table, each in a transaction of
   * its own. A view that somebody has replaced by something else is left alone, and forgotten; one
   * whose table cannot be read stays as it is.
   *
   * @param connection without an open transaction
   * @return the views that were replaced, as {@link LookupTable#written} names them
   */
  public static Set<String> refresh(Connection connection, Lake lake) throws SQLException {
    Set<String> replaced = new LinkedHashSet<>();
    prepare(connection);
    for (View view : noted(connection)) {
      try {
        if (refresh(connection, lake, view)) {
          replaced.add(LookupTable.written(view.schema(), view.name()));
        }
      } catch (MillraceException | SQLException e) {
        LOG.warn("the view of {} stays as it is: {}", view.table(), e.getMessage());
      }
    }
    return replaced;
  }

  private static boolean refresh(Connection connection, Lake lake, View view) throws SQLException {
    Optional<TableFiles> files =
        view.untouched()
            ? lake.store().find(view.table()).map(StoredTable::files)
            : Optional.empty();
    if (files.isPresent() && Objects.equals(files.get().version(), view.version())) {
      lake.pin(view.schema(), view.name(), files.get());
      return false;
    }
    connection.setAutoCommit(false);
    boolean done = false;
    try (Statement statement = connection.createStatement()) {
      if (files.isPresent()) {
        replace(connection, lake, view.schema(), view.name(), files.get());
      } else if (!view.untouched()) {
        forget(statement, view.schema(), view.name());
      }
      connection.commit();
      done = true;
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
    return files.isPresent();
  }
}
