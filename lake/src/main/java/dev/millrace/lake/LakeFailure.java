package dev.millrace.lake;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.util.Optional;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;

/** What the caller may do about an exception of Iceberg, of the catalog's database or of DuckDB. */
final class LakeFailure {
  private LakeFailure() {}

  /** A problem that a person has to mend. */
  static StopException stop(LakeError code, String message, String hint) {
    return new StopException(Problem.error(code, null, message, hint), null);
  }

  /**
   * An exception of Iceberg or of its catalog.
   *
   * @param doing what failed: {@code append to `music.plays`}
   */
  static MillraceException of(RuntimeException e, String doing) {
    if (e instanceof MillraceException known) {
      return known;
    }
    if (e instanceof CommitFailedException
        || e instanceof ValidationException
        || e instanceof AlreadyExistsException) {
      return retry(LakeError.LAKE_CONFLICT, e, doing, null);
    }
    Optional<MillraceException> store =
        HdfsFiles.failure(e, doing).or(() -> S3Files.failure(e, doing));
    if (store.isPresent()) {
      return store.get();
    }
    Optional<SQLException> sql = cause(e, SQLException.class);
    boolean denied =
        e instanceof ForbiddenException
            || e instanceof NotAuthorizedException
            || cause(e, AccessDeniedException.class).isPresent()
            || sql.filter(LakeFailure::isDenied).isPresent();
    if (denied) {
      return new StopException(
          Problem.error(
              LakeError.LAKE_ACCESS,
              null,
              "cannot " + doing + ": " + text(e),
              "check who may write to the lake's folder, and the catalog's user and password"),
          e);
    }
    return retry(LakeError.LAKE_AWAY, e, doing, null);
  }

  /** An exception of DuckDB. */
  static MillraceException of(SQLException e, String doing) {
    String text = text(e);
    if (text.startsWith("Conversion Error") || text.startsWith("Out of Range Error")) {
      return new StopException(
          Problem.error(
              LakeError.SINK_VALUE,
              null,
              "cannot " + doing + ": a value does not fit its column: " + text,
              "cast the column in the model to the type that the table has"),
          e);
    }
    if (text.startsWith("Binder Error") || text.startsWith("Catalog Error")) {
      return new StopException(
          Problem.error(LakeError.SINK_TABLE_UNFIT, null, "cannot " + doing + ": " + text, null),
          e);
    }
    return retry(LakeError.LAKE_AWAY, e, doing, null);
  }

  private static RetryException retry(
      LakeError code, Exception e, String doing, @Nullable String hint) {
    return new RetryException(
        Problem.error(code, null, "cannot " + doing + ": " + text(e), hint), e);
  }

  private static boolean isDenied(SQLException e) {
    String state = e.getSQLState();
    // Invalid authorization, and lack of a privilege.
    return state != null && (state.startsWith("28") || state.equals("42501"));
  }

  private static <E extends Throwable> Optional<E> cause(Throwable thrown, Class<E> type) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return Optional.of(type.cast(t));
      }
    }
    return Optional.empty();
  }

  /** The first line of the innermost exception, which says most. */
  private static String text(Throwable thrown) {
    Throwable inner = thrown;
    for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      inner = cause;
    }
    String message = String.valueOf(inner.getMessage()).lines().findFirst().orElse("");
    if (inner instanceof NoSuchFileException) {
      return "no file " + message;
    }
    return inner instanceof FileSystemException
        ? inner.getClass().getSimpleName() + " " + message
        : message;
  }
}
