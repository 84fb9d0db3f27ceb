package dev.millrace.lake;

import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.embedded.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.apache.iceberg.io.FileInfo;

/** A real NameNode and DataNode. */
final class HdfsServer implements RemoteLake {
  private final Path folder;
  private final HdfsSystem system;

  private HdfsServer(Path folder, HdfsSystem system) {
    this.folder = folder;
    this.system = system;
  }

  static HdfsServer start(Path folder) {
    DataFolder data = DataFolder.open(folder);
    HdfsServer server =
        new HdfsServer(folder, new HdfsSystem("hdfs", data.resolve("hdfs"), new Ports(data)));
    server.start();
    return server;
  }

  @Override
  public void start() {
    system.start();
  }

  @Override
  public void stop() {
    system.stop();
  }

  /** Ends it without a word. */
  void kill() {
    system.pid().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
    system.stop();
  }

  /** Where it answers HTTP. */
  String namenode() {
    return String.valueOf(
        ((List<?>) Objects.requireNonNull(system.options().get(HdfsSystem.NAMENODE))).get(0));
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        "warehouse",
        warehouse("lake"),
        "namenode",
        namenode(),
        "hdfs_user",
        "millrace",
        "cache",
        folder.resolve("cache").toString());
  }

  @Override
  public String warehouse(String name) {
    return system.options().get(HdfsSystem.URL) + "/" + name;
  }

  @Override
  public Path folder() {
    return folder;
  }

  /** HDFS as its user has it. */
  WebHdfs client() {
    return new WebHdfs(new HdfsAddress(List.of(URI.create(namenode())), "millrace"));
  }

  @Override
  public List<String> files(String text) throws IOException {
    HdfsFileIO io = new HdfsFileIO(client(), folder);
    List<String> found = new ArrayList<>();
    StreamSupport.stream(io.listPrefix("hdfs://any/").spliterator(), false)
        .map(FileInfo::location)
        .filter(l -> l.contains(text))
        .forEach(found::add);
    return found;
  }
}
