package dev.millrace.sql.gate;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/**
 * DuckDB's parse tree of a text, with its byte offsets turned into UTF-16 code units.
 *
 * @param text what was parsed
 * @param statement the tree of the only statement
 */
record SyntaxTree(String text, JsonNode statement) {

  /** Where a node begins, in code units, or -1 if the parser does not say. */
  int offset(JsonNode node) {
    JsonNode location = node.get("query_location");
    return location == null || !location.canConvertToInt()
        ? -1
        : codeUnits(text, location.intValue());
  }

  /** How many code units a node has, or 0 if the parser does not say. */
  int length(JsonNode node) {
    int from = offset(node);
    JsonNode length = node.get("query_location_length");
    if (from < 0 || length == null || !length.canConvertToInt()) {
      return 0;
    }
    int endByte = node.get("query_location").intValue() + length.intValue();
    return codeUnits(text, endByte) - from;
  }

  /** The offset in code units for one in bytes of UTF-8. */
  static int codeUnits(String text, int bytes) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int end = Math.max(0, Math.min(bytes, utf8.length));
    return new String(utf8, 0, end, StandardCharsets.UTF_8).length();
  }
}
