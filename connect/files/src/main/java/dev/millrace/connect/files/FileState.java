package dev.millrace.connect.files;

/**
 * How a file is. {@code READING} becomes {@code DONE}, {@code FAILED} or {@code CHANGED}; a person
 * makes {@code RETRY} or {@code SKIPPED} of it.
 */
enum FileState {
  /** Some of its rows are committed. */
  READING,
  /** All of its rows are committed. */
  DONE,
  /** It cannot be read further; the reason is in the entry. */
  FAILED,
  /** It was another file when its end was reached; what it is now is read on behind those rows. */
  CHANGED,
  /** A failed or skipped file that is to be read on, once it is there. */
  RETRY,
  /** It is not to be read. */
  SKIPPED,
  /** Its content was read before, as another file. */
  DUPLICATE,
  /** Not a file but a content, of which the file is DONE. */
  CONTENT;

  /** True if the file is not read any more. */
  boolean isOver() {
    return this != READING && this != RETRY;
  }

  /** True if no rows are missing that the file may still bring. */
  boolean isWhole() {
    return this == DONE || this == DUPLICATE || this == CONTENT || this == SKIPPED;
  }
}
