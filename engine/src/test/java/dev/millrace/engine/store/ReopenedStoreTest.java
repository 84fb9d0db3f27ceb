package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.RetryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Law 5 where DuckDB gives up its instance: the store is opened anew whatever connections others
 * have, and what was committed is there.
 */
class ReopenedStoreTest {
  @TempDir Path folder;

  /** DuckDB keeps a dead instance for as long as somebody is connected to it. */
  @Test
  void idleConnectionsDoNotKeepADeadInstance() throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1));
        Writer writer = store.writer();
        StoreReader reader = store.reader();
        Connection idle = store.connect();
        Statement prepared = idle.createStatement()) {
      run(writer, "CREATE TABLE kept AS SELECT range AS n FROM range(1000)");
      assertThat(reader.number("SELECT count(*) FROM kept")).isEqualTo(1000);
      prepared.execute("SELECT n FROM kept");
      breakDown(store);
      // The first one that notices opens it anew.
      assertThatThrownBy(() -> insert(writer)).isInstanceOf(RetryException.class);
      assertThat(store.generation()).isEqualTo(1);
      insert(writer);
      assertThat(reader.number("SELECT count(*) FROM kept")).isEqualTo(1001);
      assertThat(idle.isClosed()).isTrue();
    }
  }

  /** A reader whose connection was closed with the dead instance tries again; it does not stop. */
  @Test
  void whoIsInTheMiddleOfSomethingTriesAgain() throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1));
        Writer writer = store.writer();
        Writer other = store.writer();
        StoreReader reader = store.reader()) {
      run(writer, "CREATE TABLE kept AS SELECT range AS n FROM range(1000)");
      assertThatThrownBy(
              () ->
                  other.transact(
                      t -> {
                        t.execute("INSERT INTO kept VALUES (-2)");
                        breakDown(store);
                        assertThatThrownBy(() -> reader.number("SELECT count(*) FROM kept"))
                            .isInstanceOf(RetryException.class);
                        t.execute("INSERT INTO kept VALUES (-3)");
                        return "done";
                      }))
          .isInstanceOf(RetryException.class);
      assertThat(reader.number("SELECT count(*) FROM kept")).isEqualTo(1000);
      insert(other);
      insert(writer);
      assertThat(reader.number("SELECT count(*) FROM kept")).isEqualTo(1002);
    }
  }

  /** What cannot be opened anew, as on a full disk, is tried again by whoever comes next. */
  @Test
  void aStoreThatCannotBeOpenedIsTriedAgain() throws Exception {
    Path file = folder.resolve("store.duckdb");
    Path aside = folder.resolve("aside");
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1));
        Writer writer = store.writer();
        StoreReader reader = store.reader()) {
      run(writer, "CREATE TABLE kept AS SELECT range AS n FROM range(1000)");
      breakDown(store);
      Files.move(file, aside);
      Files.createDirectory(file);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> insert(writer)).isInstanceOf(RetryException.class);
        assertThatThrownBy(() -> reader.number("SELECT count(*) FROM kept"))
            .isInstanceOf(RetryException.class);
      }
      Files.delete(file);
      Files.move(aside, file);
      // The last try to open it has failed, so this one opens it.
      assertThatThrownBy(() -> insert(writer)).isInstanceOf(RetryException.class);
      insert(writer);
      assertThat(reader.number("SELECT count(*) FROM kept")).isEqualTo(1001);
    }
  }

  /** A statement that would take for ever ends with its connection, so that nobody waits for it. */
  @Test
  void aLongStatementDoesNotHoldItUp() throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 2));
        Writer writer = store.writer();
        Connection busy = store.connect();
        Statement statement = busy.createStatement()) {
      run(writer, "CREATE TABLE kept AS SELECT range AS n FROM range(1000)");
      CompletableFuture<Boolean> endless = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  endless.complete(
                      statement.execute(
                          "SELECT max(hash(a.range, b.range)) FROM range(100000000) a, range(100000000) b"));
                } catch (SQLException e) {
                  endless.completeExceptionally(e);
                }
              });
      thread.start();
      Awaitility.await().until(() -> isExecuting(thread));
      store.reopen(store.generation());
      insert(writer);
      assertThat(endless).failsWithin(Duration.ofSeconds(30));
    }
  }

  private static boolean isExecuting(Thread thread) {
    StackTraceElement[] frames = thread.getStackTrace();
    return frames.length > 0
        && frames[0].isNativeMethod()
        && frames[0].getMethodName().contains("execute");
  }

  private static void insert(Writer writer) throws SQLException {
    run(writer, "INSERT INTO kept VALUES (-1)");
  }

  private static void run(Writer writer, String sql) throws SQLException {
    writer.transact(
        t -> {
          t.execute(sql);
          return "done";
        });
  }

  private static void breakDown(Store store) throws SQLException {
    try (Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'");
      assertThatThrownBy(() -> statement.execute("FORCE CHECKPOINT"))
          .isInstanceOf(SQLException.class);
    }
  }
}
