package dev.millrace.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/** The page over a store that moves, for people who work on the page: {@code LiveDemo [port]}. */
final class LiveDemo {
  private LiveDemo() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("millrace-page");
    try (LiveStore store = new LiveStore(folder, AdsProject.load())) {
      store.step(80_000, Duration.ofMinutes(40), Instant.now());
      OptionalInt port =
          args.length == 0 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(args[0]));
      long before = System.nanoTime();
      try (MillraceServer server = MillraceServer.start(store, port)) {
        System.out.printf(
            "%s after %d ms%n", server.address(), (System.nanoTime() - before) / 1_000_000);
        while (true) {
          Thread.sleep(250);
          store.step(8, Duration.ofMillis(250), Instant.now());
        }
      }
    }
  }
}
