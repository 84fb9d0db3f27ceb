package dev.millrace.embedded;

/** Embedded FTP. */
public final class FtpType implements EmbeddedSystemType {
  @Override
  public String type() {
    return "ftp";
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new FtpSystem(name, folder.resolve(name), ports);
  }
}
