package dev.millrace.sql.gate;

import java.util.List;

/**
 * A query that the gate let through.
 *
 * @param sql what to run: the text as it was judged, with parameters numbered and typed, and names
 *     of two parts completed by the store's catalog
 * @param original the text as it was given
 * @param parameters the parameters' names by their numbers, from 1
 * @param edits where {@code sql} differs from {@code original}, in order
 * @param place finds the place in the user's file for a place in {@code original}
 */
record GatedQuery(
    String sql, String original, List<String> parameters, List<Edit> edits, QueryPlace place) {
  GatedQuery {
    parameters = List.copyOf(parameters);
    edits = List.copyOf(edits);
  }

  /** {@code length} code units of the original from {@code at} became {@code text}. */
  record Edit(int at, int length, String text) {}

  /** The offset in the original for one in {@link #sql()}. */
  int originalOffset(int offset) {
    int shift = 0;
    for (Edit edit : edits) {
      int start = edit.at() + shift;
      if (offset < start) {
        break;
      }
      if (offset < start + edit.text().length()) {
        return edit.at();
      }
      shift += edit.text().length() - edit.length();
    }
    return Math.min(original.length(), offset - shift);
  }
}
