package dev.millrace.embedded;

/** Embedded SFTP. */
public final class SftpType implements EmbeddedSystemType {
  @Override
  public String type() {
    return "sftp";
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new SftpSystem(name, folder.resolve(name), ports);
  }
}
