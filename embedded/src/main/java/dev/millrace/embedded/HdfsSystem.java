package dev.millrace.embedded;

import dev.millrace.embedded.hdfs.HdfsServer;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * HDFS: a NameNode and a DataNode in a child process, with names, blocks and log in one folder, on
 * the loopback address. Each block is there once. The process ends with its parent.
 */
public final class HdfsSystem extends ChildSystem {
  /** The type in a target. */
  public static final String TYPE = "hdfs";

  /** The option with the address of RPC, as engines of Hadoop's world name an HDFS. */
  public static final String URL = "url";

  /** The option with the list of addresses of HTTP. */
  public static final String NAMENODE = "namenode";

  /** The option with the name of who asks. */
  public static final String USER = "user";

  /** Whose files may be written by everything that Millrace starts: HDFS believes any name. */
  private static final String MILLRACE = "millrace";

  /** Four seconds of a processor, which others may want too; more where there are many files. */
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private static final String ORDERLY = "TERM";
  private static final String LOGGING =
      """
      log4j.rootLogger=WARN, out
      log4j.appender.out=org.apache.log4j.ConsoleAppender
      log4j.appender.out.layout=org.apache.log4j.PatternLayout
      log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
      """;

  private final Ports ports;
  private final Path folder;
  private final Path pidFile;
  private int rpcPort;

  /**
   * Describes it; nothing runs yet.
   *
   * @param name the system's name
   * @param folder for data and log; exists
   * @param ports where to ask for two ports
   */
  public HdfsSystem(String name, Path folder, Ports ports) {
    super(name, ports, ORDERLY);
    this.ports = ports;
    this.folder = folder.toAbsolutePath().normalize();
    this.pidFile = this.folder.resolve("hdfs.pid");
  }

  /** True if this machine has Hadoop's jars, or could fetch them. */
  public static boolean isAvailable() {
    return HdfsJars.isAvailable();
  }

  @Override
  public Map<String, Object> start() {
    String jars = HdfsJars.classPath();
    ChildProcess.endStale(pidFile, folder.toString(), ORDERLY, STOP_LIMIT);
    Map<String, Object> options = options();
    try {
      Files.writeString(folder.resolve("log4j.properties"), LOGGING);
      Files.deleteIfExists(folder.resolve(HdfsServer.READY));
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
    }
    launch("HDFS", command(jars), this::isReady, START_LIMIT);
    return options;
  }

  /** What {@link #start} gives, known before. */
  public synchronized Map<String, Object> options() {
    if (rpcPort == 0) {
      rpcPort = ports.port(name() + "-rpc");
    }
    return Map.of(
        URL,
        "hdfs://127.0.0.1:" + rpcPort,
        NAMENODE,
        List.of("http://127.0.0.1:" + port()),
        USER,
        MILLRACE);
  }

  private ChildProcess.Command command(String jars) {
    List<String> words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.net.preferIPv4Stack=true",
            "-Dlog4j.configuration=" + folder.resolve("log4j.properties").toUri(),
            "-cp",
            ownClasses() + File.pathSeparator + jars,
            HdfsServer.class.getName(),
            folder.toString(),
            Integer.toString(port()),
            Integer.toString(rpcPort),
            Long.toString(ProcessHandle.current().pid()));
    return new ChildProcess.Command(
        name(),
        words,
        Map.of("HADOOP_USER_NAME", MILLRACE, "TZ", "UTC"),
        folder,
        Optional.of(pidFile),
        folder.resolve("hdfs.log"));
  }

  private static Path ownClasses() {
    try {
      return Path.of(HdfsSystem.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Its own word that it is out of safe mode and has a DataNode, and not that of an earlier one.
   */
  private boolean isReady(ChildProcess process) {
    try {
      return Files.readString(folder.resolve(HdfsServer.READY))
          .strip()
          .equals(Long.toString(process.pid()));
    } catch (IOException e) {
      return false;
    }
  }
}
