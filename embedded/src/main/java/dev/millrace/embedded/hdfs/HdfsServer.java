package dev.millrace.embedded.hdfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;

/**
 * The main class of the process: a NameNode and a DataNode. Arguments are the folder of names and
 * blocks, the NameNode's port of HTTP, its port of RPC, and the process with which this one ends.
 * What speaks HTTP and RPC is bound to the loopback address.
 */
public final class HdfsServer {
  /** The file in the folder that holds this process' number once HDFS can be written. */
  public static final String READY = "ready";

  private static final String HOST = "127.0.0.1";
  private static final String NAMES = "name";
  private static final int PARENT_LOOKS_MILLIS = 200;
  private static final int READY_LOOKS_MILLIS = 20;

  private HdfsServer() {}

  /** Runs until it is told to end, or its parent is gone. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[0]);
    Optional<ProcessHandle> parent = ProcessHandle.of(Long.parseLong(arguments[3]));
    Files.deleteIfExists(folder.resolve(READY));
    Configuration configuration = configuration(folder, arguments[1], arguments[2]);
    // Else the two would quarrel over names of metrics.
    DefaultMetricsSystem.setMiniClusterMode(true);
    format(folder, configuration);
    NameNode names = NameNode.createNameNode(new String[0], configuration);
    DataNode blocks = DataNode.createDataNode(new String[0], configuration);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(names, blocks), "hdfs-stop"));
    boolean ready = false;
    while (parent.isPresent() && parent.get().isAlive()) {
      if (!ready && isReady(names)) {
        ready = true;
        write(folder.resolve(READY), ProcessHandle.current().pid() + "\n");
      }
      if (ready && !blocks.isDatanodeUp()) {
        System.out.println("a part of HDFS has ended by itself");
        System.exit(1);
      }
      Thread.sleep(ready ? PARENT_LOOKS_MILLIS : READY_LOOKS_MILLIS);
    }
    System.exit(0);
  }

  private static boolean isReady(NameNode names) {
    return !names.isInSafeMode() && names.getNamesystem().getNumLiveDataNodes() > 0;
  }

  /** Reserves nothing that a process which dies could leave half. */
  private static void write(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(unfinished, text);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Configuration configuration(Path folder, String http, String rpc) {
    Configuration configuration = new Configuration();
    configuration.set("fs.defaultFS", "hdfs://" + HOST + ":" + rpc);
    configuration.set("dfs.namenode.rpc-address", HOST + ":" + rpc);
    configuration.set("dfs.namenode.http-address", HOST + ":" + http);
    configuration.set("dfs.datanode.hostname", HOST);
    configuration.set("dfs.namenode.datanode.registration.ip-hostname-check", "false");
    // The NameNode tells where the DataNode is, in every start anew.
    configuration.set("dfs.datanode.address", HOST + ":0");
    configuration.set("dfs.datanode.ipc.address", HOST + ":0");
    configuration.set("dfs.datanode.http.address", HOST + ":0");
    configuration.set("dfs.namenode.name.dir", folder.resolve(NAMES).toUri().toString());
    configuration.set("dfs.datanode.data.dir", folder.resolve("data").toUri().toString());
    configuration.set("hadoop.tmp.dir", folder.resolve("tmp").toString());
    configuration.set("dfs.replication", "1");
    // A file that was closed is on the disk.
    configuration.set("dfs.datanode.synconclose", "true");
    configuration.set("dfs.namenode.safemode.extension", "0");
    configuration.set("dfs.heartbeat.interval", "1s");
    configuration.set("dfs.namenode.handler.count", "4");
    configuration.set("dfs.datanode.handler.count", "4");
    configuration.set("dfs.namenode.service.handler.count", "2");
    // There is no second copy to compare with, or to mend from.
    configuration.set("dfs.block.scanner.volume.bytes.per.second", "0");
    // A page that a person looks at cannot make his browser write here.
    configuration.set("dfs.webhdfs.rest-csrf.enabled", "true");
    return configuration;
  }

  /** A killed process leaves all of it or nothing. */
  private static void format(Path folder, Configuration configuration) throws IOException {
    Path names = folder.resolve(NAMES);
    if (Files.exists(names)) {
      return;
    }
    Path unfinished = folder.resolve(NAMES + ".new");
    delete(unfinished);
    Configuration there = new Configuration(configuration);
    there.set("dfs.namenode.name.dir", unfinished.toUri().toString());
    NameNode.format(there);
    Files.move(unfinished, names, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path root) throws IOException {
    if (Files.exists(root)) {
      List<Path> paths;
      try (Stream<Path> walk = Files.walk(root)) {
        paths = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : paths) {
        Files.delete(path);
      }
    }
  }

  private static void stop(NameNode names, DataNode blocks) {
    blocks.shutdown();
    names.stop();
  }
}
