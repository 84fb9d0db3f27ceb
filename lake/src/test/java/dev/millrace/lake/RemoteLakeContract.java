package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A lake that is elsewhere: the contract of every sink, and what being elsewhere adds. */
abstract class RemoteLakeContract extends LakeContract {
  private static final Schema ROWS =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(Kind.BIGINT)),
              new Column("part", new DataType.Scalar(Kind.BIGINT))));

  /** The system with its files. */
  abstract RemoteLake server();

  /** What a table's folder in the lake may be called. */
  abstract List<String> folders();

  @Override
  LakeFolder lake() {
    return new LakeFolder(server().folder(), server().options());
  }

  @Override
  protected void stopSystem() {
    server().stop();
  }

  @Override
  protected void startSystem() {
    server().start();
  }

  @Test
  void everyChangeOfATableWorksThereToo() throws SQLException, IOException {
    String name = newTable();
    try (IcebergStore store = lake().open();
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

  /** What the system has of a table. */
  private List<String> objects(String table) throws IOException {
    return server().files("/" + table.substring(table.indexOf('.') + 1) + "/");
  }

  @Test
  void copiesAreBoundedAndFetchedAgain() throws IOException {
    String name = newTable();
    try (IcebergStore store = lake().open()) {
      StoredTable table = store.create(name, ROWS, List.of());
      LakeFolder.append(table, "SELECT range AS id, 0 AS part FROM range(1000)");
    }
    LakeFolder elsewhere = lake().with("cache", other().toString());
    assertThat(elsewhere.rows(name)).hasSize(1000);
    FileCache cache = new FileCache(other().resolve("files"), 0);
    cache.trim();
    assertThat(copies()).as("in use").hasSize(1);
    cache.pin("view", "1", copies());
    cache.trim(Instant.now().plusSeconds(1));
    assertThat(copies()).as("read by a view").hasSize(1);
    cache.pin("view", "2", List.of());
    cache.trim(Instant.now().plusSeconds(1));
    assertThat(copies()).as("read by the view of before").hasSize(1);
    try (Stream<Path> pins = Files.list(other().resolve("files/pins"))) {
      for (Path pin : pins.toList()) {
        Files.setLastModifiedTime(pin, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
      }
    }
    cache.pin("view", "2", List.of());
    cache.trim(Instant.now().plusSeconds(1));
    assertThat(copies()).isEmpty();
    assertThat(elsewhere.rows(name)).hasSize(1000);
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> files = Files.list(other().resolve("files"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** A cache that no other test uses. */
  private Path other() {
    return server().folder().resolve("other");
  }

  @Test
  void serverThatRestartsBetweenCommitsLosesNothing() {
    String table = newTable();
    Schema schema = new Schema(List.of(new Column("id", new DataType.Scalar(Kind.BIGINT))));
    try (Sink sink = connector().open(context(table, schema))) {
      for (long batch = 1; batch <= 3; batch++) {
        long number = batch;
        server().stop();
        assertThatThrownBy(() -> sink.deliver(new Batches(schema).put(number).build(), number))
            .isInstanceOf(RetryException.class);
        server().start();
        sink.position();
        sink.deliver(new Batches(schema).put(number).build(), number);
      }
    }
    assertThat(lake().rows(table))
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(1, 3).mapToObj(SinkContract::row).toList());
  }

  @Test
  void aTableMayHaveAFolderOfItsOwnThere() throws SQLException, IOException {
    try (IcebergStore store = lake().open()) {
      for (String folder : folders()) {
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
}
