package dev.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where things are.
 *
 * @param root the folder of Millrace's sources
 */
record Workplace(Path root) {
  /** The folder that the launcher named. */
  static Workplace current() {
    return new Workplace(Path.of(System.getProperty("millrace.root", "")).toAbsolutePath());
  }

  Path benchmarks() {
    return root.resolve("benchmarks");
  }

  /** Preloaded topics; kept from run to run. */
  Path data() {
    return benchmarks().resolve("target/data");
  }

  /** Logs, results and stores of runs. */
  Path runs() {
    return benchmarks().resolve("target/runs");
  }

  /** The class path of one of the benchmark's modules, as its build wrote it. */
  String classPath(String module) {
    Path target = benchmarks().resolve(module).resolve("target");
    try {
      return target.resolve("classes") + ":" + Files.readString(target.resolve("classpath.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException("benchmarks/" + module + " is not built", e);
    }
  }

  /** A port of the loopback address that is free now. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
