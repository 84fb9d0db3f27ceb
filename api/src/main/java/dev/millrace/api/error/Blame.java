package dev.millrace.api.error;

/** Who has to act on an error. */
public enum Blame {
  /** The project's author: a file, an option, a query. */
  USER,
  /** A system outside this process: a broker, a database, the disk. */
  EXTERNAL,
  /** Millrace itself; please report it. */
  INTERNAL
}
