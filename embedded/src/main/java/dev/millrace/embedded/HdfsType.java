package dev.millrace.embedded;

/** HDFS. */
public final class HdfsType implements EmbeddedSystemType {
  @Override
  public String type() {
    return HdfsSystem.TYPE;
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new HdfsSystem(name, folder.resolve(name), ports);
  }
}
