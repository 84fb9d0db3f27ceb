package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** Starts HDFS in the project folder of its argument, and waits until it is killed. */
final class HdfsParent {
  private HdfsParent() {}

  public static void main(String[] arguments) throws IOException {
    DataFolder data = DataFolder.open(Path.of(arguments[0]));
    HdfsSystem system = new HdfsSystem("hdfs", data.resolve("hdfs"), new Ports(data));
    system.start();
    System.out.println("started " + system.pid().orElseThrow() + " ");
    System.in.read();
  }
}
