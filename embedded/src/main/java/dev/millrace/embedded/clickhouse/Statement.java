package dev.millrace.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A query as the engine takes it. Rows to insert are in a file that the query names: inside of the
 * text the engine would take an empty line for their end.
 *
 * @param sql the text
 * @param format in which it says its result is to be; null if it says none
 * @param data the file with rows, which the caller deletes; null if there are none
 */
record Statement(String sql, @Nullable String format, @Nullable Path data) {
  private static final Pattern INSERT =
      Pattern.compile("(?is)^\\s*(insert\\s+into\\s.+?)\\sformat\\s+(\\w+)[ \\t;]*(?:\\R|$)");
  private static final Pattern FORMAT = Pattern.compile("(?is)\\sformat\\s+(\\w+)\\s*;?\\s*$");

  /** Words of statements that change the session in which they run. */
  private static final Pattern LASTING = Pattern.compile("(?i)\\b(set|use|temporary|temp)\\b");

  private static final int HEAD_BYTES = 1 << 16;

  /**
   * Reads a request's body.
   *
   * @param query of the address; null if the body begins with it
   * @param folder for the file
   */
  static Statement read(@Nullable String query, InputStream body, Path folder) throws IOException {
    byte[] head = body.readNBytes(HEAD_BYTES);
    String text = new String(head, UTF_8);
    Matcher insert = INSERT.matcher(query == null ? text : query);
    boolean inserts = insert.find();
    if (inserts && query != null) {
      return insert(insert, head, 0, body, folder);
    }
    if (inserts) {
      return insert(
          insert, head, text.substring(0, insert.end()).getBytes(UTF_8).length, body, folder);
    }
    // Bytes first: a character may lie across the end of the head.
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(head);
    body.transferTo(all);
    String rest = all.toString(UTF_8);
    String sql = query == null ? rest : query + (rest.isBlank() ? "" : "\n" + rest);
    Matcher format = FORMAT.matcher(sql);
    return new Statement(sql, format.find() ? format.group(1) : null, null);
  }

  /**
   * True if it may leave something in its session: a setting, a role, the database, a temporary
   * table.
   */
  boolean mayLast() {
    return data == null && LASTING.matcher(sql).find();
  }

  private static Statement insert(
      Matcher insert, byte[] head, int begin, InputStream rest, Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "insert", ".data");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(head, begin, head.length - begin);
      rest.transferTo(out);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    String sql =
        "%s FROM INFILE %s COMPRESSION 'none' FORMAT %s"
            .formatted(insert.group(1), literal(file.toString()), insert.group(2));
    return new Statement(sql, null, file);
  }

  /** A text as a string literal of ClickHouse. */
  static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
