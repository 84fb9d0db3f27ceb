package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A server that Debian has, on the loopback address: it needs root, and an account of its own,
 * which is made and goes again. Its files are in a folder that the account owns.
 */
final class DebianServer implements AutoCloseable {
  static final String USER = "millrace-test";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Path folder;
  private final String password = UUID.randomUUID().toString();
  private @Nullable Process process;

  /**
   * Prepares an account; {@link #start} then starts the server.
   *
   * @param program its absolute path; without it, or without root, the test is skipped
   */
  DebianServer(Path folder, String program) throws Exception {
    this.folder = folder;
    assumeTrue(Files.isExecutable(Path.of(program)), "there is no " + program);
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can start " + program);
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/useradd")), "there is no useradd");
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    for (@Nullable Path path = folder;
        path != null && path.startsWith(temporary) && !Files.isSameFile(path, temporary);
        path = path.getParent()) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    removeUser();
    run(
        "/usr/sbin/useradd",
        "--no-create-home",
        "--home-dir",
        Files.createDirectories(files()).toString(),
        "--shell",
        "/bin/sh",
        USER);
    run(List.of("/usr/sbin/chpasswd"), USER + ":" + password + "\n");
    run("chown", USER, files().toString());
  }

  Path files() {
    return folder.resolve("files");
  }

  String password() {
    return password;
  }

  /** Writes a file as the account's. */
  void write(String path, String text) throws Exception {
    Path file = files().resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    run("chown", "-R", USER, files().toString());
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it in the foreground, and waits until it answers. */
  void start(int port, String... command) throws IOException {
    Path log = folder.resolve("server.log");
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(folder.toFile())
            .start();
    process = started;
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () -> {
              assertThat(started.isAlive()).as(() -> read(log)).isTrue();
              try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
              } catch (IOException e) {
                return false;
              }
            });
  }

  /** Stops it as it is, connections and all, or lets it go on: {@code STOP} or {@code CONT}. */
  void signal(String name) throws Exception {
    Process started = Objects.requireNonNull(process, "not started");
    for (ProcessHandle running :
        Stream.concat(Stream.of(started.toHandle()), started.descendants()).toList()) {
      run("kill", "-" + name, Long.toString(running.pid()));
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Runs a program to its end. */
  static String run(String... command) throws Exception {
    return run(List.of(command), "");
  }

  private static String run(List<String> command, String input) throws Exception {
    Process running = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = running.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(running.waitFor()).as(command + ": " + output).isZero();
    return output;
  }

  private static void removeUser() throws Exception {
    String accounts = Files.readString(Path.of("/etc/passwd"));
    if (accounts.lines().anyMatch(line -> line.startsWith(USER + ":"))) {
      run("/usr/sbin/userdel", "--force", USER);
    }
  }

  @Override
  public void close() throws Exception {
    Process started = process;
    if (started != null) {
      started.descendants().forEach(ProcessHandle::destroyForcibly);
      started.destroyForcibly().waitFor();
    }
    removeUser();
  }
}
