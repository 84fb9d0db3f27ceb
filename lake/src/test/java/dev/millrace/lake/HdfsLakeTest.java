package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.testing.Batches;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lake in HDFS. */
@Tag("long")
class HdfsLakeTest extends RemoteLakeContract {
  private static final Schema TEXTS =
      new Schema(List.of(new Column("text", new DataType.Scalar(Kind.VARCHAR))));
  private static final Schema NUMBERS =
      new Schema(List.of(new Column("id", new DataType.Scalar(Kind.BIGINT))));

  @TempDir static Path root;

  @SuppressWarnings("NullAway.Init")
  private static HdfsServer server;

  @BeforeAll
  static void startServer() {
    assumeTrue(HdfsSystem.isAvailable(), "HDFS cannot be had here");
    server = HdfsServer.start(root);
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  RemoteLake server() {
    return server;
  }

  @Override
  List<String> folders() {
    return List.of("own/below", server.warehouse("own/beside"));
  }

  @Test
  void oddValuesOfAPartitionAreFoundAgain() {
    String name = newTable();
    try (IcebergStore store = lake().open()) {
      StoredTable table =
          store.create(name, TEXTS, List.of(PartitionField.parse("text").orElseThrow()));
      List<String> odd = List.of("a/b", "50%", "x+y", "a b", "ü", "q?a=1&b#c", "'\"");
      for (String text : odd) {
        LakeFolder.append(table, "SELECT '" + text.replace("'", "''") + "' AS text");
      }
      Files.walk(server.folder().resolve("cache/files"))
          .filter(Files::isRegularFile)
          .forEach(HdfsLakeTest::delete);
      assertThat(LakeFolder.rows(table.files()))
          .containsExactlyInAnyOrderElementsOf(odd.stream().map(List::<Object>of).toList());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void delete(Path file) {
    assertThat(file.toFile().delete()).isTrue();
  }

  @Test
  void nameNodeThatIsKilledBetweenCommitsLosesNothing() {
    String table = newTable();
    try (Sink sink = connector().open(context(table, NUMBERS))) {
      sink.deliver(new Batches(NUMBERS).put(1L).build(), 1);
      server.kill();
      assertThatThrownBy(() -> sink.deliver(new Batches(NUMBERS).put(2L).build(), 2))
          .isInstanceOf(RetryException.class)
          .hasMessageContaining("does not answer")
          .hasMessageContaining("[LAKE_AWAY]");
      server.start();
      sink.position();
      sink.deliver(new Batches(NUMBERS).put(2L).build(), 2);
    }
    assertThat(lake().rows(table))
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(1, 2).mapToObj(List::<Object>of).toList());
  }

  @Test
  void noRoomIsToldAndThenGoneOn() throws IOException {
    String table = newTable();
    String folder = "/lake/main/" + table;
    try (Sink sink = connector().open(context(table, NUMBERS))) {
      sink.deliver(new Batches(NUMBERS).put(1L).build(), 1);
      quota(folder, "1000");
      assertThatThrownBy(() -> sink.deliver(new Batches(NUMBERS).put(2L).build(), 2))
          .isInstanceOf(RetryException.class)
          .hasMessageContaining("DiskSpace quota of " + folder)
          .hasMessageContaining("raise its quota");
      quota(folder, "-1");
      sink.position();
      sink.deliver(new Batches(NUMBERS).put(2L).build(), 2);
    }
    assertThat(lake().rows(table)).hasSize(2);
  }

  private static void quota(String folder, String bytes) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(
                    server.namenode()
                        + "/webhdfs/v1"
                        + folder
                        + "?op=SETQUOTA&user.name=millrace&namespacequota=-1&storagespacequota="
                        + bytes)
                .toURL()
                .openConnection();
    connection.setRequestMethod("PUT");
    assertThat(connection.getResponseCode()).isEqualTo(200);
  }

  @Test
  void theNextNameNodeIsAsked() {
    LakeFolder two = lake().with("namenode", "http://127.0.0.1:1," + server.namenode());
    try (IcebergStore store = two.open()) {
      assertThat(store.find("no.such")).isEmpty();
    }
  }

  @Test
  void errorsTellWhatToDo() {
    assertThatThrownBy(() -> lake().with("namenode", "http://127.0.0.1:1").open())
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("the NameNode at 127.0.0.1:1 does not answer: Connection refused");
    assertThatThrownBy(() -> lake().with("namenode", "127.0.0.1").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`namenode` is no address of a NameNode: `127.0.0.1`");
    String rpc = server.warehouse("").replace("hdfs://", "http://").replaceFirst("/$", "");
    assertThatThrownBy(() -> lake().with("namenode", rpc).open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("not as a NameNode of HDFS")
        .hasMessageContaining("`namenode: http://host:9870`");
    LakeFolder stranger = lake().with("hdfs_user", "nobody");
    String table = newTable();
    assertThatThrownBy(() -> stranger.open().create(table, NUMBERS, List.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("Permission denied: user=nobody")
        .hasMessageContaining("check `hdfs_user`");
    LakeFolder unnamed =
        new LakeFolder(server.folder(), Map.of("warehouse", "hdfs://no-such-host.invalid/lake"));
    assertThatThrownBy(unnamed::open)
        .isInstanceOf(RetryException.class)
        .hasMessageContaining(
            "the NameNode at no-such-host.invalid:9870 does not answer: UnknownHost");
  }
}
