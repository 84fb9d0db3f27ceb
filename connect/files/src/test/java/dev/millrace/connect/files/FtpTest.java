package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.store.FtpAddress;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.FtpSystem;
import dev.millrace.embedded.Ports;
import dev.millrace.testing.OptionValues;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FtpTest {
  @TempDir Path folder;
  private FtpSystem server;
  private Map<String, String> options;

  @BeforeEach
  void start() {
    DataFolder data = DataFolder.open(folder);
    server = new FtpSystem("ftp", data.resolve("ftp"), new Ports(data));
    options = new HashMap<>();
    server.start().forEach((k, v) -> options.put(k, v.toString()));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private FilesRun run() {
    return new FilesRun(folder)
        .system("ftp", FtpAddress.OPTIONS, options).stream("files", "**/*.csv");
  }

  private void write(String path, String text) throws IOException {
    Path file = server.files().resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void readsEachRowOnceAndBinary() throws Exception {
    // In text mode carriage returns would go.
    write("in/a.csv", "id,name\r\n1,\"a\r\n\rb\"\r\n");
    write("b.csv", "id,name\n2,x\n");
    write(".hidden.csv", "id,name\n3,x\n");
    FilesRun run = run().run().run();
    assertThat(run.rows())
        .containsExactly("{\"id\":2,\"name\":\"x\"}", "{\"id\":1,\"name\":\"a\\r\\n\\rb\"}");
    assertThat(run.states()).containsExactly("b.csv done", "in/a.csv done");
  }

  @Test
  void goesOnInTheMiddle() throws Exception {
    write(
        "a.csv",
        IntStream.range(0, 100_000)
            .mapToObj(i -> i + ",x")
            .collect(Collectors.joining("\n", "id,name\n", "")));
    FilesRun run = run();
    for (int lives = 0; run.records().size() < 100_000; lives++) {
      assertThat(lives).isLessThan(100);
      run.run(10);
    }
    assertThat(run.run().rows()).hasSize(100_000).doesNotHaveDuplicates();
  }

  @Test
  void movesDeletesAndQuarantines() throws Exception {
    write("in/a.csv", "id,name\n1,x\n");
    write("in/bad.csv", "nothing\nat all\n");
    run().source("after", "move").source("move_to", "done").source("quarantine", "bad/files").run();
    assertThat(server.files().resolve("done/in/a.csv")).exists();
    assertThat(server.files().resolve("bad/files/in/bad.csv")).exists();
    write("c.csv", "id,name\n1,x\n");
    run().stream("files", "c.csv").source("after", "delete").run();
    assertThat(server.files().resolve("c.csv")).doesNotExist();
  }

  /** A connection that sends a file answers nothing else. */
  @Test
  void movesWhatIsReadWhileTheNextFileIsUnderWay() throws Exception {
    for (int file = 0; file < 5; file++) {
      int first = file * 20_000;
      write(
          "in/" + file + ".csv",
          IntStream.range(first, first + 20_000)
              .mapToObj(i -> i + ",some text that takes its time")
              .collect(Collectors.joining("\n", "id,name\n", "\n")));
    }
    FilesRun run = run().source("after", "move").source("move_to", "done").run();
    assertThat(run.rows()).hasSize(100_000).doesNotHaveDuplicates();
    for (int file = 0; file < 5; file++) {
      assertThat(server.files().resolve("done/in/" + file + ".csv")).exists();
    }
  }

  @Test
  void wrongPasswordStopsAndSaysSo() {
    options.put("password", "wrong-secret");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(StopException.class, e -> is(e, FilesError.FILES_LOGIN))
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void aUserThatIsTurnedAwayForNowTriesAgain() throws Exception {
    try (ServerSocket busy = new ServerSocket(0)) {
      Thread server = new Thread(() -> answer(busy, "220 hello", "331 password", "430 too many"));
      server.start();
      options.put("url", "ftp://somebody@127.0.0.1:" + busy.getLocalPort());
      assertThatThrownBy(() -> run().run())
          .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_AWAY));
      server.join();
    }
  }

  private static void answer(ServerSocket socket, String... replies) {
    try (Socket client = socket.accept();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII))) {
      for (String reply : replies) {
        client.getOutputStream().write((reply + "\r\n").getBytes(US_ASCII));
        in.readLine();
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  @Test
  void theUserOfTheOptionsGoesBeforeThatOfTheAddress() {
    Map<String, String> url = Map.of("url", "ftp://one@host");
    assertThat(FtpAddress.of(OptionValues.of(FtpAddress.OPTIONS, url), folder).user())
        .isEqualTo("one");
    Map<String, String> both = Map.of("url", "ftp://one@host", "user", "two");
    assertThat(FtpAddress.of(OptionValues.of(FtpAddress.OPTIONS, both), folder).user())
        .isEqualTo("two");
  }

  @Test
  void serverThatIsAwayOrStallsOrLacksTheFolderWaits() throws Exception {
    assertThatThrownBy(() -> run().source("folder", "nowhere").run())
        .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_FOLDER));
    try (ServerSocket silent = new ServerSocket(0)) {
      options.put("url", "ftp://127.0.0.1:" + silent.getLocalPort());
      options.put("timeout", "500ms");
      assertThatThrownBy(() -> run().run())
          .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_AWAY));
    }
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(RetryException.class, e -> is(e, FilesError.FILES_AWAY));
  }

  private static void is(MillraceException e, FilesError code) {
    assertThat(e.problems()).extracting(p -> p.code()).isEqualTo(List.of(code));
  }
}
