package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import java.util.ArrayList;
import java.util.List;

/** A SQL text put together from pieces of others, each of which remembers its place. */
final class SqlPieces implements ModelSpec.SourceMap {
  private final StringBuilder text = new StringBuilder();
  private final List<Piece> pieces = new ArrayList<>();

  private record Piece(int start, ModelSpec.SourceMap map, int offset) {}

  /** Appends a stretch of another text. */
  SqlPieces append(String sql, int from, int to, ModelSpec.SourceMap map) {
    if (from < to) {
      pieces.add(new Piece(text.length(), map, from));
      text.append(sql, from, to);
    }
    return this;
  }

  /** Appends text of no file, which has the given place. */
  SqlPieces glue(String sql, ModelSpec.SourceMap map, int offset) {
    pieces.add(new Piece(text.length(), (o, length) -> map.locate(offset, 0), 0));
    text.append(sql);
    return this;
  }

  /** The text so far. */
  String sql() {
    return text.toString();
  }

  @Override
  public SourceLocation locate(int offset, int length) {
    Piece at = pieces.get(0);
    for (Piece piece : pieces) {
      if (piece.start() <= offset) {
        at = piece;
      }
    }
    return at.map().locate(at.offset() + Math.max(0, offset - at.start()), length);
  }
}
