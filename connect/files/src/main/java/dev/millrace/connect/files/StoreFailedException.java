package dev.millrace.connect.files;

import java.io.IOException;

/**
 * Reading a file failed because of its store, which the cause tells, not because of its content.
 */
final class StoreFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final IOException failure;

  StoreFailedException(IOException failure) {
    super(failure.getMessage(), failure);
    this.failure = failure;
  }

  /** What the store said. */
  IOException failure() {
    return failure;
  }
}
