package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ClickHouse finds in a lake what Millrace finds, whatever has become of its tables. */
@Tag("long")
class ClickHouseReadsLakeTest {
  @TempDir Path folder;

  @Test
  void clickHouseFindsTheSameRows() throws Exception {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    LakeFolder lake = new LakeFolder(folder.resolve("lake"));
    Files.createDirectories(lake.folder());
    DataFolder data = DataFolder.open(folder);
    // ClickHouse reads files below its own folder only, and follows links there.
    Files.createSymbolicLink(
        data.resolve("clickhouse").resolve("lake"), lake.folder().resolve("warehouse"));
    ClickHouseSystem system =
        new ClickHouseSystem("clickhouse", "lake", data.resolve("clickhouse"), new Ports(data));
    try (IcebergStore store = lake.open()) {
      long earlier = TablesForReaders.make(store);
      Map<String, Object> server = system.start();
      for (String table : TablesForReaders.NAMES) {
        assertSame(
            table, store.find(table).orElseThrow().files().relation(), read(server, table, ""));
      }
      assertSame(
          "earlier",
          store.find("main.merged").orElseThrow().files(earlier).relation(),
          read(server, "main.merged", " SETTINGS iceberg_snapshot_id = " + earlier));
    } finally {
      system.stop();
    }
  }

  /** Has ClickHouse write what it reads into a file. */
  private Path read(Map<String, Object> server, String table, String settings) throws IOException {
    String sql =
        "SELECT * FROM icebergLocal('%s')%s FORMAT Parquet"
            .formatted("lake/" + table.replace('.', '/'), settings);
    Path file = folder.resolve(table + settings.hashCode() + ".parquet");
    try (InputStream answer = ask(server, sql)) {
      Files.copy(answer, file);
    }
    return file;
  }

  private static InputStream ask(Map<String, Object> server, String sql) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(server.get("url") + "/").toURL().openConnection();
    String user = server.get("user") + ":" + server.get("password");
    connection.setRequestProperty(
        "Authorization",
        "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
    connection.setDoOutput(true);
    connection.getOutputStream().write(sql.getBytes(StandardCharsets.UTF_8));
    if (connection.getResponseCode() >= 400) {
      try (InputStream error = connection.getErrorStream()) {
        throw new AssertionError(
            sql + ": " + new String(error.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return connection.getInputStream();
  }

  private static void assertSame(String name, String relation, Path clickHouse) {
    String there = "read_parquet('" + clickHouse + "')";
    assertThat(LakeFolder.query("SELECT count(*) > 0 FROM " + relation).get(0))
        .as(name)
        .isEqualTo(List.of(true));
    boolean kinds = name.equals("main.kinds");
    // ClickHouse has no null for a list, a map and a struct, one type for bytes and texts, and one
    // for times with and without a zone.
    String ours =
        "SELECT *"
            + (kinds
                ? " REPLACE (coalesce(list, []) AS list, coalesce(map, MAP {}) AS map,"
                    + " coalesce(s, {'a': NULL, 'b': []}) AS s)"
                : "")
            + (" FROM " + relation);
    String theirs =
        "SELECT *"
            + (kinds ? " REPLACE (encode(x) AS x, ts AT TIME ZONE 'UTC' AS ts)" : "")
            + (" FROM " + there);
    for (String difference :
        List.of(ours + " EXCEPT ALL " + theirs, theirs + " EXCEPT ALL " + ours)) {
      assertThat(LakeFolder.query("SELECT * FROM (" + difference + ") LIMIT 3"))
          .as("%s: %s", name, difference)
          .isEmpty();
    }
  }
}
