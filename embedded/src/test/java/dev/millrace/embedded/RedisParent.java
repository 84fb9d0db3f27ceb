package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** Starts Redis in the project folder of its argument, and waits until it is killed. */
final class RedisParent {
  private RedisParent() {}

  public static void main(String[] arguments) throws IOException {
    DataFolder data = DataFolder.open(Path.of(arguments[0]));
    RedisSystem system = new RedisSystem("redis", data.resolve("redis"), new Ports(data));
    system.start();
    System.out.println("started " + system.pid().orElseThrow() + " ");
    System.in.read();
  }
}
