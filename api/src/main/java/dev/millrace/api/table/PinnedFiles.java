package dev.millrace.api.table;

/** The files of a version that somebody is reading. */
public interface PinnedFiles extends AutoCloseable {
  /** The files. */
  TableFiles files();

  /** They may go; never throws. */
  @Override
  void close();
}
