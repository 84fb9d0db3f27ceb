package dev.millrace.engine.export;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What can go wrong with an export. */
public enum ExportError implements ErrorCode {
  /** There is no such table. */
  EXPORT_TABLE(Blame.USER),
  /** The table cannot be parted so, or has no such partition. */
  EXPORT_PARTITION(Blame.USER),
  /** The folder has things that are no part of an export like this one. */
  EXPORT_FOLDER(Blame.USER),
  /** Another export writes the folder. */
  EXPORT_RUNNING(Blame.USER),
  /** The folder cannot be written. */
  EXPORT_FAILED(Blame.EXTERNAL);

  private final Blame blame;

  ExportError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }

  StopException stop(String message, @Nullable String hint) {
    return new StopException(Problem.error(this, null, message, hint), null);
  }

  static StopException failed(Path folder, IOException e) {
    String cause =
        e instanceof AccessDeniedException denied ? denied.getFile() + ": no permission" : "" + e;
    return new StopException(
        Problem.error(
            EXPORT_FAILED,
            null,
            "the export to `" + folder + "` failed: " + cause,
            "partitions are as they were or as they are now; export again once it can be written"),
        e);
  }
}
