package dev.millrace.lake;

import java.io.IOException;
import java.util.List;

/** What HDFS, or whoever is at its address, answers instead of what was asked for. */
final class WebHdfsException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int UNAUTHORIZED = 401;
  private static final int SERVER_FAILS = 500;

  /** What the caller may do about it. */
  enum Kind {
    /** Whoever answers is no NameNode. */
    STRANGER,
    /** It wants to know for certain who asks. */
    LOGIN,
    /** The user may not. */
    DENIED,
    /** There is no room. */
    FULL,
    /** Anything else. */
    OTHER
  }

  private final int status;
  private final String exception;

  /**
   * An answer.
   *
   * @param status the code of HTTP
   * @param exception the simple name of Hadoop's exception; empty where there is none
   * @param message what it says
   */
  WebHdfsException(int status, String exception, String message) {
    super(message);
    this.status = status;
    this.exception = exception;
  }

  Kind kind() {
    if (exception.isEmpty()) {
      return status == UNAUTHORIZED
          ? Kind.LOGIN
          : status < SERVER_FAILS ? Kind.STRANGER : Kind.OTHER;
    }
    if (List.of("AccessControlException", "SecurityException").contains(exception)) {
      return status == UNAUTHORIZED ? Kind.LOGIN : Kind.DENIED;
    }
    String message = String.valueOf(getMessage());
    return exception.contains("QuotaExceeded")
            || exception.contains("QuotaByStorageTypeExceeded")
            || message.contains("could only be written to 0 of")
            || message.contains("Resources are low")
        ? Kind.FULL
        : Kind.OTHER;
  }

  boolean isMissing() {
    return exception.equals("FileNotFoundException");
  }

  boolean isThere() {
    return exception.equals("FileAlreadyExistsException");
  }

  /** Another NameNode has to be asked. */
  boolean isStandby() {
    return exception.equals("StandbyException");
  }
}
