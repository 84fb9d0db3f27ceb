package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says in words why an input or output failed. */
final class Reasons {
  private Reasons() {}

  static String of(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "permission denied for `" + denied.getFile() + "`";
    }
    if (e instanceof NoSuchFileException missing) {
      return "`" + missing.getFile() + "` does not exist";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason() + " (`" + failed.getFile() + "`)";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
