package dev.millrace.connect.files;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Option;
import dev.millrace.connect.files.store.SftpAddress;
import java.util.List;

/** Systems of type {@code sftp}, from which sources of connector {@code files} read. */
public final class SftpConnector implements Connector {
  /** The connector's name. */
  public static final String NAME = "sftp";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "An SFTP server, whose files sources of connector `files` read.";
  }

  @Override
  public List<Option> systemOptions() {
    return SftpAddress.OPTIONS;
  }
}
