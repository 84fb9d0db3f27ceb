package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.store.SftpAddress;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.SftpSystem;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftpTest {
  @TempDir Path folder;
  private SftpSystem server;
  private Map<String, String> options;

  @BeforeEach
  void start() {
    DataFolder data = DataFolder.open(folder);
    server = new SftpSystem("sftp", data.resolve("sftp"), new Ports(data));
    options = new HashMap<>();
    server.start().forEach((k, v) -> options.put(k, v.toString()));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private FilesRun run() {
    return new FilesRun(folder).system("sftp", SftpAddress.OPTIONS, options);
  }

  private void write(String path, String text) throws IOException {
    Path file = server.files().resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void readsEachRowOnce() throws Exception {
    write("a.csv", "id,name\n1,one\n2,\"tw\"\"o\"\n");
    FilesRun run = run().run().run();
    assertThat(run.rows())
        .containsExactly("{\"id\":1,\"name\":\"one\"}", "{\"id\":2,\"name\":\"tw\\\"o\"}");
    assertThat(FilesRun.header(run.records().get(1), "file")).isEqualTo("a.csv");
    assertThat(FilesRun.header(run.records().get(1), "line")).isEqualTo("3");
    assertThat(run.states()).containsExactly("a.csv done");
    write("b.csv", "id,name\n3,three\n");
    assertThat(run.run().rows()).hasSize(3);
  }

  @Test
  void readsFoldersByPattern() throws Exception {
    write("cdr/2026/a.csv", "id,name\n1,x\n");
    write("cdr/b.csv", "id,name\n2,x\n");
    write("cdr/c.txt", "nothing");
    write("other/d.csv", "id,name\n4,x\n");
    write("cdr/e.csv.part", "id,name\n5,x\n");
    FilesRun run = run().stream("files", "cdr/**/*.csv").run();
    assertThat(run.states()).containsExactly("cdr/2026/a.csv done", "cdr/b.csv done");
  }

  @Test
  void readsBelowAFolder() throws Exception {
    write("in/today/a.csv", "id,name\n1,x\n");
    assertThat(run().source("folder", "in/today").run().states()).containsExactly("a.csv done");
    options.put("url", options.get("url") + "/in");
    assertThat(run().source("folder", "today").run().states()).containsExactly("a.csv done");
  }

  @Test
  void movesDeletesAndRenames() throws Exception {
    write("in/a.csv", "id,name\n1,x\n");
    FilesRun moved =
        run().stream("files", "**/*.csv").source("after", "move").source("move_to", "done").run();
    assertThat(server.files().resolve("done/in/a.csv")).exists();
    assertThat(server.files().resolve("in/a.csv")).doesNotExist();
    assertThat(moved.run().rows()).hasSize(1);

    write("b.csv", "id,name\n1,x\n");
    run().stream("files", "b.csv").source("after", "delete").run();
    assertThat(server.files().resolve("b.csv")).doesNotExist();

    write("c.csv", "id,name\n1,x\n");
    FilesRun renamed =
        run().stream("files", "c*").source("after", "rename").source("rename_to", "{name}.read");
    assertThat(renamed.run().run().rows()).hasSize(1);
    assertThat(server.files().resolve("c.csv.read")).exists();
  }

  @Test
  void wrongPasswordStopsAndSaysSo() {
    options.put("password", "wrong-secret");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(StopException.class, e -> is(e, FilesError.FILES_LOGIN))
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void changedHostKeyStops() {
    options.put("host_key", "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDHQy0Ql5iX4qzGbXo");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(StopException.class, e -> is(e, FilesError.FILES_HOST_KEY));
  }

  @Test
  void missingFolderWaits() {
    assertThatThrownBy(() -> run().source("folder", "nowhere").run())
        .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_FOLDER));
  }

  @Test
  void serverThatIsAwayOrStallsWaits() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      options.put("url", "sftp://127.0.0.1:" + silent.getLocalPort());
      options.put("connect_timeout", "500ms");
      assertThatThrownBy(() -> run().run())
          .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_AWAY));
    }
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_AWAY));
  }

  @Test
  void aFileThatStallsInTheMiddleIsReadOnLater() throws Exception {
    StringBuilder text = new StringBuilder("id,name\n");
    for (int i = 0; i < 400_000; i++) {
      text.append(i).append(",row\n");
    }
    write("a.csv", text.toString());
    int port = Integer.parseInt(options.getOrDefault("url", "").replaceAll(".*:", ""));
    try (StallingProxy proxy = new StallingProxy(port, 3_000_000)) {
      options.put("url", "sftp://127.0.0.1:" + proxy.port());
      options.put("timeout", "1s");
      FilesRun run = run();
      assertThatThrownBy(run::run)
          .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_AWAY));
      assertThat(run.rows()).isNotEmpty();
      proxy.letPass();
      assertThat(run.run().rows()).hasSize(400_000).doesNotHaveDuplicates();
    }
  }

  private static void is(MillraceException e, FilesError code) {
    assertThat(e.problems()).extracting(p -> p.code()).isEqualTo(List.of(code));
  }

  /** Passes bytes on to a server, and after so many back from it holds them for ever. */
  static final class StallingProxy implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0);
    private final int target;
    private final CountDownLatch opened = new CountDownLatch(1);
    private volatile long left;

    StallingProxy(int target, long bytes) throws IOException {
      this.target = target;
      this.left = bytes;
      run(this::accept);
    }

    int port() {
      return socket.getLocalPort();
    }

    void letPass() {
      left = Long.MAX_VALUE;
      opened.countDown();
    }

    private static void run(Runnable task) {
      Thread thread = new Thread(task);
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      try {
        while (true) {
          Socket client = socket.accept();
          Socket server = new Socket("127.0.0.1", target);
          run(() -> copy(client, server, false));
          run(() -> copy(server, client, true));
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    private void copy(Socket from, Socket to, boolean limited) {
      byte[] bytes = new byte[8192];
      try (from;
          to) {
        int read = from.getInputStream().read(bytes);
        while (read >= 0) {
          while (limited && left <= 0) {
            opened.await();
          }
          to.getOutputStream().write(bytes, 0, read);
          if (limited && left != Long.MAX_VALUE) {
            left -= read;
          }
          read = from.getInputStream().read(bytes);
        }
      } catch (IOException | InterruptedException e) {
        // One of them has gone.
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
