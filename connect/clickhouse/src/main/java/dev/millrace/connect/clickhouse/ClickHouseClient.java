package dev.millrace.connect.clickhouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.command.CommandResponse;
import com.clickhouse.client.api.command.CommandSettings;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.GenericRecord;
import com.clickhouse.data.ClickHouseFormat;
import dev.millrace.api.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** The official client, with errors as the sink reports them. For one thread. */
final class ClickHouseClient implements AutoCloseable {
  private final ClickHouseAddress address;
  private final Client client;

  ClickHouseClient(ClickHouseAddress address, String name) {
    this.address = address;
    // All names are written with their database, which may be missing yet.
    this.client = address.connect(name, "default");
  }

  ClickHouseAddress address() {
    return address;
  }

  /** Runs a statement with settings of its own. */
  void execute(String sql, String doing, Map<String, String> settings) {
    CommandSettings all = new CommandSettings();
    settings.forEach(all::serverSetting);
    try (CommandResponse response = client.execute(sql, all).get()) {
      // Nothing comes back.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(e, doing);
    } catch (Exception e) {
      throw failure(e, doing);
    }
  }

  /** Runs a statement. */
  void execute(String sql, String doing) {
    execute(sql, doing, Map.of());
  }

  /** The rows of a query that returns texts without nulls only. */
  List<List<String>> rows(String sql, String doing) {
    try {
      List<List<String>> rows = new ArrayList<>();
      for (GenericRecord record : client.queryAll(sql)) {
        List<String> row = new ArrayList<>();
        int columns = record.getSchema().getColumns().size();
        for (int i = 1; i <= columns; i++) {
          row.add(record.getString(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (RuntimeException e) {
      throw failure(e, doing);
    }
  }

  /**
   * Inserts a block in the format Native.
   *
   * @param table as SQL
   * @param columns as SQL
   */
  void insert(
      String table,
      List<String> columns,
      NativeBuffer block,
      Map<String, String> settings,
      String doing) {
    InsertSettings all = new InsertSettings();
    settings.forEach(all::serverSetting);
    try (InsertResponse response =
        client.insert(table, columns, block.input(), ClickHouseFormat.Native, all).get()) {
      // The server answers when the rows are in a part.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(e, doing);
    } catch (Exception e) {
      throw failure(e, doing);
    }
  }

  private MillraceException failure(Exception e, String doing) {
    Throwable thrown = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    return ClickHouseFailure.of(thrown, address, doing);
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (RuntimeException e) {
      // Nothing is left to free.
    }
  }
}
