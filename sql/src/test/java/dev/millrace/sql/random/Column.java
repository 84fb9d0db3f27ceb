package dev.millrace.sql.random;

/**
 * A column of a relation, or an expression that may stand for one.
 *
 * @param marked whether it has a watermark
 */
public record Column(String name, Kind kind, boolean marked) {
  /** A column without watermark. */
  public Column(String name, Kind kind) {
    this(name, kind, false);
  }

  Column of(String relation) {
    return new Column(relation + "." + name, kind, marked);
  }
}
