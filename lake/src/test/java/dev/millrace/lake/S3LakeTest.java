package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.Batches;
import dev.millrace.testing.SinkContract;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lake in an S3-compatible store: the contract of every sink, and what a store adds. */
class S3LakeTest extends SinkContract {
  private static final Schema ROWS =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(Kind.BIGINT)),
              new Column("part", new DataType.Scalar(Kind.BIGINT))));

  @TempDir static Path root;

  @SuppressWarnings("NullAway.Init")
  private static S3Server server;

  private final LakeFolder lake = new LakeFolder(server.folder(), server.options());

  @BeforeAll
  static void startServer() throws IOException {
    server = S3Server.start(root.resolve("s3"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected SinkConnector connector() {
    return new LakeConnector();
  }

  @Override
  protected Map<String, String> system() {
    return lake.options();
  }

  @Override
  protected void stopSystem() {
    server.stop();
  }

  @Override
  protected void startSystem() {
    server.start();
  }

  @Override
  protected List<List<@Nullable Object>> read(String table, Schema schema) {
    return lake.rows(table);
  }

  // The driver gives times without a zone in the zone of this machine.
  @Override
  protected Object stored(DataType type, Object value) {
    return value instanceof LocalDateTime ? value : super.stored(type, value);
  }

  /** A decimal has at most 38 digits. */
  @Override
  protected boolean holds(DataType type, Object value) {
    return !(value instanceof BigInteger number) || number.abs().toString().length() <= 38;
  }

  @Test
  void everyChangeOfATableWorksThereToo() throws SQLException, IOException {
    String name = newTable();
    try (IcebergStore store = lake.open();
        Connection duckdb = Memory.open()) {
      StoredTable table =
          store.create(name, ROWS, List.of(PartitionField.parse("part").orElseThrow()));
      LakeFolder.append(table, "SELECT range AS id, range % 2 AS part FROM range(4)");
      LakeFolder.append(table, "SELECT range AS id, range % 2 AS part FROM range(4, 8)");
      assertThat(table.compact(duckdb, 1 << 20, 2)).isEqualTo(4);
      table.merge(duckdb, "SELECT 1::TINYINT AS _w, 1 AS id, 7 AS part", List.of("id"), null);
      try (StagedRows rows = table.stage(duckdb, "SELECT 100 AS id, 0 AS part")) {
        table.replacePartitions(rows, null);
      }
      assertThat(table.files().files()).allSatisfy(f -> assertThat(Path.of(f.path())).exists());
      table.expire(Instant.now().plusSeconds(1));
      List<List<@Nullable Object>> rows = LakeFolder.rows(table.files());
      // Iceberg leaves what the newest version has replaced until that expires.
      table.removeOrphans(Duration.ofSeconds(-1));
      assertThat(LakeFolder.rows(table.files())).isEqualTo(rows);
      assertThat(table.removeOrphans(Duration.ofSeconds(-1))).isZero();
      store.drop(name);
      assertThat(store.find(name)).isEmpty();
    }
    assertThat(objects(name)).isEmpty();
  }

  /** What the store has of a table. */
  private static List<String> objects(String table) throws IOException {
    String folder = "/" + table.substring(table.indexOf('.') + 1) + "/";
    try (Stream<Path> all = Files.walk(server.folder().resolve("objects"))) {
      return all.filter(Files::isRegularFile)
          .map(Path::toString)
          .filter(p -> p.contains(folder))
          .toList();
    }
  }

  @Test
  void copiesAreBoundedAndFetchedAgain() throws IOException {
    String name = newTable();
    try (IcebergStore store = lake.open()) {
      StoredTable table = store.create(name, ROWS, List.of());
      LakeFolder.append(table, "SELECT range AS id, 0 AS part FROM range(1000)");
    }
    LakeFolder elsewhere = lake.with("cache", root.resolve("other").toString());
    assertThat(elsewhere.rows(name)).hasSize(1000);
    FileCache cache = new FileCache(root.resolve("other").resolve("files"), 0);
    cache.trim();
    assertThat(copies()).as("in use").hasSize(1);
    cache.trim(Instant.now().plusSeconds(1));
    assertThat(copies()).isEmpty();
    assertThat(elsewhere.rows(name)).hasSize(1000);
  }

  private static List<Path> copies() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("other").resolve("files"))) {
      return files.toList();
    }
  }

  @Test
  void serverThatRestartsBetweenCommitsLosesNothing() {
    String table = newTable();
    Schema schema = new Schema(List.of(new Column("id", new DataType.Scalar(Kind.BIGINT))));
    try (Sink sink = connector().open(context(table, schema))) {
      for (long batch = 1; batch <= 3; batch++) {
        long number = batch;
        server.stop();
        assertThatThrownBy(() -> sink.deliver(new Batches(schema).put(number).build(), number))
            .isInstanceOf(RetryException.class);
        server.start();
        sink.position();
        sink.deliver(new Batches(schema).put(number).build(), number);
      }
    }
    assertThat(lake.rows(table))
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(1, 3).mapToObj(SinkContract::row).toList());
  }

  @Test
  void aTableMayHaveAFolderOfItsOwnThere() throws SQLException, IOException {
    try (IcebergStore store = lake.open()) {
      assertThat(store.isLocal()).isFalse();
      for (String folder :
          List.of("own/below", "s3://" + S3Server.BUCKET + "/own/beside", "s3a://bucket/own/too")) {
        String name = newTable();
        StoredTable table = store.create(name, ROWS, List.of(), folder);
        LakeFolder.append(table, "SELECT range AS id, 0 AS part FROM range(4)");
        assertThat(LakeFolder.rows(table.files())).hasSize(4);
        assertThat(objects("x." + folder.substring(folder.lastIndexOf('/') + 1))).isNotEmpty();
      }
      assertThatThrownBy(() -> store.create(newTable(), ROWS, List.of(), "/on/this/disk"))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("`/on/this/disk` is no folder of the lake");
    }
  }

  @Test
  void errorsTellWhatToDo() {
    assertThatThrownBy(() -> lake.with("secret_key", "wrong-secret").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("SignatureDoesNotMatch")
        .hasMessageContaining("check `access_key` and `secret_key`")
        .hasMessageNotContaining("wrong-secret");
    assertThatThrownBy(() -> lake.with("access_key", "nobody").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("InvalidAccessKeyId");
    assertThatThrownBy(() -> lake.with("warehouse", "s3://no-such-bucket/lake").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("NoSuchBucket")
        .hasMessageContaining("make the bucket");
    assertThatThrownBy(() -> lake.with("endpoint", "127.0.0.1").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`endpoint` is no address of a store")
        .hasMessageContaining("https://host:port");
    assertThatThrownBy(() -> lake.with("endpoint", "http://127.0.0.1:1").open())
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("open the lake in s3://bucket/lake");
    LakeFolder keyless =
        new LakeFolder(server.folder(), Map.of("warehouse", "s3://" + S3Server.BUCKET + "/lake"));
    assertThatThrownBy(keyless::open)
        .isInstanceOf(StopException.class)
        .hasMessageContaining("needs `access_key`")
        .hasMessageContaining("env_var('S3_ACCESS_KEY')");
  }
}
