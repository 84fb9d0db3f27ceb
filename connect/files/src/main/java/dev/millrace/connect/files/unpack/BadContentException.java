package dev.millrace.connect.files.unpack;

import java.io.IOException;

/** A file's content is not what it has to be; reading it again would not help. */
public final class BadContentException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The reason is shown to people, and stands in the ledger. */
  public BadContentException(String reason) {
    super(reason);
  }

  /** The reason, with the exception that tells more. */
  public BadContentException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
