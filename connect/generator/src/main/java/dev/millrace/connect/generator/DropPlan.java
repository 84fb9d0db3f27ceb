package dev.millrace.connect.generator;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * How a stream's events become files instead of records of a topic.
 *
 * @param folder absolute or below the project's
 * @param name with {@link #TIME} in it; its endings say how the file is written and packed
 * @param brokenShare how many files are cut off
 */
record DropPlan(String folder, String name, double brokenShare) {
  /** Where a file's name has the time at which its events begin to arrive. */
  static final String TIME = "{time}";

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  /** How rows are written. */
  enum Rows {
    CSV,
    JSON
  }

  /** How the file is packed. */
  enum Packing {
    NONE(""),
    GZIP(".gz"),
    ZIP(".zip"),
    TAR_GZIP(".tar.gz");

    private final String ending;

    Packing(String ending) {
      this.ending = ending;
    }
  }

  /** True if the name's endings are known. */
  static boolean isReadable(String name) {
    String plain = plain(name);
    return plain.endsWith(".csv") || plain.endsWith(".json");
  }

  Rows rows() {
    return plain(name).endsWith(".csv") ? Rows.CSV : Rows.JSON;
  }

  Packing packing() {
    return packing(name);
  }

  private static Packing packing(String name) {
    for (Packing packing : new Packing[] {Packing.TAR_GZIP, Packing.GZIP, Packing.ZIP}) {
      if (name.endsWith(packing.ending)) {
        return packing;
      }
    }
    return Packing.NONE;
  }

  private static String plain(String name) {
    return name.substring(0, name.length() - packing(name).ending.length());
  }

  Path folder(Path project) {
    return project.resolve(folder);
  }

  /** The name of a file. */
  String name(Instant begin) {
    return name.replace(TIME, STAMP.format(begin));
  }

  /** The name of what is packed in it. */
  String entry(Instant begin) {
    return plain(name).replace(TIME, STAMP.format(begin));
  }
}
