package dev.millrace.registry;

import dev.millrace.log.EmbeddedBroker;
import java.nio.file.Path;

/** A process that a test kills: broker and registry, which registers one schema after the other. */
final class RegistryChild {
  private RegistryChild() {}

  static String schema(int n) {
    return "{\"type\":\"record\",\"name\":\"R"
        + n
        + "\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"}]}";
  }

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
        RegistryRun registry = new RegistryRun(broker.cluster(), folder)) {
      for (int n = 0; ; n++) {
        int id = registry.register("s" + n % 7, RegistryRun.avro(schema(n))).id();
        System.out.println("acknowledged " + n + " " + id);
        if (n == 0) {
          // Names differ, so only this level lets one follow the other.
          for (int s = 0; s < 7; s++) {
            registry.level("s" + s, "NONE");
          }
        }
      }
    }
  }
}
