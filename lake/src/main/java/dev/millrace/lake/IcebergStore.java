package dev.millrace.lake;

import dev.millrace.api.option.Options;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.type.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Iceberg's tables under one catalog, which is kept in a database that JDBC reaches. */
final class IcebergStore implements TableStore {
  /** The schema of tables that are named without one. */
  static final String DEFAULT_SCHEMA = "main";

  private static final Map<String, String> TABLE_PROPERTIES =
      Map.of(
          TableProperties.FORMAT_VERSION, "2",
          TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true",
          TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "20",
          TableProperties.COMMIT_NUM_RETRIES, "20",
          TableProperties.COMMIT_MIN_RETRY_WAIT_MS, "20",
          TableProperties.COMMIT_MAX_RETRY_WAIT_MS, "1000");

  private final JdbcCatalog catalog;
  private final LakeFiles files;

  private IcebergStore(JdbcCatalog catalog, LakeFiles files) {
    this.catalog = catalog;
    this.files = files;
  }

  /** See {@link LakeConnector#openStore}. */
  static IcebergStore open(Options system) {
    LakeAddress address = LakeAddress.of(system);
    Map<String, String> properties = new HashMap<>(address.properties());
    properties.put(CatalogProperties.WAREHOUSE_LOCATION, address.warehouse());
    properties.put("jdbc.schema-version", "V1");
    String doing = "open the lake in " + address.warehouse();
    try {
      LakeFiles files = LakeFiles.open(address);
      return new IcebergStore(catalog(files, address.catalog(), properties), files);
    } catch (IOException e) {
      throw LakeFailure.of(new UncheckedIOException(e), doing);
    } catch (RuntimeException e) {
      throw LakeFailure.of(e, doing);
    }
  }

  /** Opens a catalog, and makes its tables in a new database: one after the other does so. */
  private static JdbcCatalog catalog(LakeFiles files, String name, Map<String, String> properties) {
    synchronized (IcebergStore.class) {
      try {
        return initialized(files, name, properties);
      } catch (UncheckedSQLException e) {
        // Another process may have made the same tables meanwhile.
        return initialized(files, name, properties);
      }
    }
  }

  private static JdbcCatalog initialized(
      LakeFiles files, String name, Map<String, String> properties) {
    JdbcCatalog catalog = new JdbcCatalog(ignored -> files.io(), null, true);
    boolean done = false;
    try {
      catalog.initialize(name, properties);
      done = true;
      return catalog;
    } finally {
      if (!done) {
        catalog.close();
      }
    }
  }

  @Override
  public List<String> names() {
    return guarded(
        "list tables",
        () -> {
          List<String> names = new ArrayList<>();
          for (Namespace schema : catalog.listNamespaces()) {
            catalog.listTables(schema).forEach(t -> names.add(t.toString()));
          }
          return names.stream().sorted().toList();
        });
  }

  @Override
  public Optional<StoredTable> find(String name) {
    return guarded(
        "open `" + name + "`",
        () -> {
          try {
            return Optional.of(table((BaseTable) catalog.loadTable(identifier(name))));
          } catch (NoSuchTableException e) {
            return Optional.empty();
          }
        });
  }

  private IcebergTable table(BaseTable table) {
    String qualified = table.name().substring(catalog.name().length() + 1);
    return new IcebergTable(qualified, table, files);
  }

  private static TableIdentifier identifier(String name) {
    TableIdentifier identifier = TableIdentifier.parse(name);
    return identifier.hasNamespace()
        ? identifier
        : TableIdentifier.of(Namespace.of(DEFAULT_SCHEMA), identifier.name());
  }

  @Override
  public void pin(String view, TableFiles read) {
    guarded(
        "keep files of `" + view + "`",
        () -> {
          files.pin(
              view,
              String.valueOf(read.version()),
              read.files().stream().map(f -> Path.of(f.path())).toList());
          return true;
        });
  }

  @Override
  public StoredTable create(
      String name, Schema schema, List<PartitionField> partitioning, @Nullable String location) {
    org.apache.iceberg.Schema columns = LakeTypes.schema(schema);
    TableIdentifier identifier = identifier(name);
    return guarded(
        "create `" + name + "`",
        () -> {
          createNamespace(identifier.namespace());
          try {
            return table(
                (BaseTable)
                    catalog
                        .buildTable(identifier, columns)
                        .withPartitionSpec(Partitioning.spec(columns, partitioning))
                        .withProperties(TABLE_PROPERTIES)
                        .withLocation(location == null ? null : location(location))
                        .create());
          } catch (AlreadyExistsException e) {
            throw LakeFailure.stop(
                LakeError.LAKE_TABLE_EXISTS,
                "there is a table `" + name + "` in the lake already",
                "choose another name");
          }
        });
  }

  private String location(String text) {
    try {
      return files.folder(text);
    } catch (IllegalArgumentException e) {
      throw LakeFailure.stop(
          LakeError.LAKE_ADDRESS,
          "`" + text + "` is no folder of the lake",
          "write a path below the lake's folder, or an absolute one of the same kind");
    }
  }

  private void createNamespace(Namespace schema) {
    try {
      if (!catalog.namespaceExists(schema)) {
        catalog.createNamespace(schema);
      }
    } catch (AlreadyExistsException | UncheckedSQLException e) {
      // Another one was faster, perhaps.
      if (!catalog.namespaceExists(schema)) {
        throw e;
      }
    }
  }

  @Override
  public void drop(String name) {
    guarded(
        "drop `" + name + "`",
        () -> {
          try {
            BaseTable table = (BaseTable) catalog.loadTable(identifier(name));
            catalog.dropTable(identifier(name), true);
            ((SupportsPrefixOperations) table.io()).deletePrefix(table.location());
          } catch (NoSuchTableException e) {
            // Gone already.
          }
          return true;
        });
  }

  private static <R> R guarded(String doing, Supplier<R> action) {
    try {
      return action.get();
    } catch (RuntimeException e) {
      throw LakeFailure.of(e, doing);
    }
  }

  @Override
  public void close() {
    try {
      catalog.close();
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(IcebergStore.class)
          .warn("the lake's catalog was not closed: {}", e.getMessage());
    }
  }
}
