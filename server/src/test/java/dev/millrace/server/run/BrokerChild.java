package dev.millrace.server.run;

import dev.millrace.log.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Path;

/** A Kafka broker in a process that a test kills; it ends in order when the test's process does. */
final class BrokerChild {
  static final String UP = "broker is up";

  private BrokerChild() {}

  /** The arguments are its folder and its port. */
  public static void main(String[] arguments) throws IOException {
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
      System.out.println(UP + " on port " + broker.port());
      while (System.in.read() >= 0) {
        // Its input ends with the process that started it.
      }
    }
  }
}
