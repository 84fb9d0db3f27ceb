package dev.millrace.connect.files.unpack;

import java.io.EOFException;
import java.io.IOException;

/** A file's content is not what it has to be; reading it again would not help. */
public final class BadContentException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_NAME = 40;

  /** The reason is shown to people, and stands in the ledger. */
  public BadContentException(String reason) {
    super(reason);
  }

  /** A name from the file as a reason shows it: its beginning, if it is long. */
  public static String shown(String name) {
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "..." : name;
  }

  /** The reason, with the exception that tells more. */
  public BadContentException(String reason, Throwable cause) {
    super(reason, cause);
  }

  /** Why a content cannot be read, in words. */
  public static String reason(IOException e) {
    if (e instanceof BadContentException) {
      return String.valueOf(e.getMessage());
    }
    return e instanceof EOFException ? "it is cut off" : "it is damaged: " + e.getMessage();
  }
}
