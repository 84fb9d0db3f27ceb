package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.WriteMode;
import java.util.List;
import java.util.Set;

/**
 * A column that the sink adds to a table that it creates. It is {@code MATERIALIZED} from an
 * ephemeral one, so {@code SELECT *} does not show it, and one can still ask for it by name.
 *
 * @param name of the column
 * @param type of the column
 */
record HiddenColumn(String name, String type) {
  /** The sequence number of the chunk in which a row came. */
  static final HiddenColumn SEQUENCE = new HiddenColumn("_sequence", "UInt64");

  /** Which part of the chunk, if it was sent in several. */
  static final HiddenColumn PIECE = new HiddenColumn("_piece", "UInt32");

  /** Which sink a row came from, and since when it fills the table: {@link Held#filler}. */
  static final HiddenColumn SINK = new HiddenColumn("_sink", "UInt64");

  /** The number of the chunk that wrote a row of a key: the highest counts. */
  static final HiddenColumn VERSION = new HiddenColumn("_version", "UInt64");

  /** 1 if the key was deleted. */
  static final HiddenColumn DELETED = new HiddenColumn("_deleted", "UInt8");

  /** Names that no column of a stream may have. */
  static final Set<String> NAMES =
      Set.of(
          "_sequence",
          "_piece",
          "_sink",
          "_version",
          "_deleted",
          "_sequence_in",
          "_piece_in",
          "_sink_in",
          "_version_in",
          "_deleted_in");

  /** Those of a mode, in the order in which their values are sent. */
  static List<HiddenColumn> of(WriteMode mode) {
    return mode == WriteMode.APPEND ? List.of(SEQUENCE, PIECE, SINK) : List.of(VERSION, DELETED);
  }

  /** The ephemeral column under which its value is sent. */
  String input() {
    return name + "_in";
  }

  /** Both columns in the text of a table. */
  String sql() {
    return "%s %s EPHEMERAL, %s %s MATERIALIZED %s"
        .formatted(Sql.name(input()), type, Sql.name(name), type, Sql.name(input()));
  }
}
