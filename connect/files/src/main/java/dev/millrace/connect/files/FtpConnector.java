package dev.millrace.connect.files;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Option;
import dev.millrace.connect.files.store.FtpAddress;
import java.util.List;

/** Systems of type {@code ftp}, from which sources of connector {@code files} read. */
public final class FtpConnector implements Connector {
  /** The connector's name. */
  public static final String NAME = "ftp";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "An FTP server, encrypted or not, whose files sources of connector `files` read.";
  }

  @Override
  public List<Option> systemOptions() {
    return FtpAddress.OPTIONS;
  }
}
