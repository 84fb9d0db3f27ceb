package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Starts PostgreSQL in the project folder of its first argument and waits until it is killed, or
 * its parent ends. With {@code -Dsupervise=true} under a supervisor, telling when the server runs
 * again.
 */
final class Parent {
  private Parent() {}

  public static void main(String[] arguments) throws IOException {
    PostgresSystem system = create(Path.of(arguments[0]), Path.of(arguments[1]));
    if (Boolean.getBoolean("supervise")) {
      Supervisor supervisor = new Supervisor(List.of(system)).closeOnExit();
      supervisor.start();
      System.out.println("started " + system.pid().orElseThrow() + " ");
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  supervisor.status().get(0).restarts() > 0
                      && supervisor.status().get(0).state() == Supervisor.State.RUNNING);
      System.out.println("again " + system.pid().orElseThrow() + " ");
    } else {
      system.start();
      System.out.println("started " + system.pid().orElseThrow() + " ");
    }
    System.in.read();
  }

  /** A server whose programs are links into a folder where they are unpacked already. */
  static PostgresSystem create(Path project, Path unpacked) throws IOException {
    DataFolder data = DataFolder.open(project);
    Path folder = data.resolve("postgres");
    try (Stream<Path> programs = Files.list(unpacked)) {
      for (Path program : programs.toList()) {
        Path link = folder.resolve(program.getFileName());
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, program);
        }
      }
    }
    return new PostgresSystem("postgres", "ads", folder, new Ports(data));
  }
}
