package dev.millrace.connect.generator;

/** A table of things that actors take, some far more often than others. */
final class Catalogue {
  private final String name;
  private final int rows;
  private final Columns columns;
  private final long seed;
  private final Popularity popularity;

  /** Which row random bits stand for. */
  @FunctionalInterface
  interface Popularity {
    /** A row's number, from 0. */
    int pick(long bits);
  }

  /** A catalogue of which all rows are taken alike. */
  Catalogue(String name, int rows, Columns columns, long seed) {
    this(
        name,
        rows,
        columns,
        Draw.mix(seed ^ Draw.salt("catalogue " + name)),
        bits -> (int) Draw.below(bits, rows));
  }

  private Catalogue(String name, int rows, Columns columns, long seed, Popularity popularity) {
    this.name = name;
    this.rows = rows;
    this.columns = columns;
    this.seed = seed;
    this.popularity = popularity;
  }

  /** The same rows, taken in another way. */
  Catalogue with(Popularity other) {
    return new Catalogue(name, rows, columns, seed, other);
  }

  String name() {
    return name;
  }

  int rows() {
    return rows;
  }

  Columns columns() {
    return columns;
  }

  /** Takes a row. */
  int pick(long bits) {
    return popularity.pick(bits);
  }

  /** The random bits that belong to a row. */
  long bits(int row) {
    return Draw.draw(seed, row);
  }
}
