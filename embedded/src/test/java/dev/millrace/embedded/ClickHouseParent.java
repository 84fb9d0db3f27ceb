package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Starts ClickHouse in the project folder of its argument, and waits until it is killed. What went
 * wrong is the last that it prints.
 */
final class ClickHouseParent {
  private ClickHouseParent() {}

  public static void main(String[] arguments) throws IOException {
    DataFolder data = DataFolder.open(Path.of(arguments[0]));
    ClickHouseSystem system =
        new ClickHouseSystem("clickhouse", "ads", data.resolve("clickhouse"), new Ports(data));
    system.start();
    System.out.println("started " + system.pid().orElseThrow() + " ");
    System.in.read();
  }
}
