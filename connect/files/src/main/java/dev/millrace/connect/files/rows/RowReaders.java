package dev.millrace.connect.files.rows;

import dev.millrace.connect.files.unpack.BadContentException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** Chooses how a file's rows are read. */
public final class RowReaders {
  private static final int HEAD = 8 << 10;
  private static final int BUFFER = 128 << 10;
  private static final String PARQUET = "PAR1";
  private static final String ENCRYPTED = "PARE";

  private RowReaders() {}

  /**
   * True if it is Parquet, which begins with its end: it has to be on a disk.
   *
   * @param bytes that can be marked; they are as they were afterwards
   * @throws BadContentException if it is to be, and is not
   */
  public static boolean isParquet(String name, InputStream bytes, RowFormat format)
      throws IOException {
    bytes.mark(PARQUET.length());
    byte[] head = bytes.readNBytes(PARQUET.length());
    bytes.reset();
    boolean wanted = format.kind() == RowFormat.Kind.PARQUET;
    if (!wanted && format.kind() != RowFormat.Kind.AUTO) {
      return false;
    }
    if (begins(head, ENCRYPTED) && (wanted || name.toLowerCase(Locale.ROOT).endsWith(".parquet"))) {
      throw new BadContentException("the Parquet file is encrypted");
    }
    boolean found = begins(head, PARQUET);
    if (wanted && !found) {
      throw new BadContentException("not a Parquet file: it does not begin with `" + PARQUET + "`");
    }
    return found;
  }

  /** False if the Parquet file has to be somewhere else to be read. */
  public static boolean isReadable(Path file) {
    return ParquetRows.isReadable(file);
  }

  /**
   * Opens a reader over a Parquet file. It is not closed with the bytes that it came from.
   *
   * @throws BadContentException if it is damaged, or of a kind that is not read
   */
  public static RowReader parquet(Path file, RowFormat format) throws IOException {
    return new ParquetRows(file, format);
  }

  /**
   * Opens a reader over unpacked bytes, which are no Parquet.
   *
   * @param name of the file, which tells CSV from lines
   * @throws BadContentException if they are not in the format
   */
  public static RowReader open(String name, InputStream bytes, RowFormat format)
      throws IOException {
    BufferedInputStream in = new BufferedInputStream(bytes, BUFFER);
    in.mark(HEAD);
    byte[] head = in.readNBytes(HEAD);
    in.reset();
    RowFormat.Kind kind = format.kind();
    if (begins(head, "Obj\1") && kind == RowFormat.Kind.AUTO || kind == RowFormat.Kind.AVRO) {
      return new AvroRows(in, format);
    }
    TextEncoding encoding = TextEncoding.of(in, format.encoding());
    if (encoding.charset().equals(StandardCharsets.UTF_8)) {
      requireText(head);
    }
    if (kind == RowFormat.Kind.AUTO) {
      kind = kind(name, head, encoding.mark());
    }
    InputStream text = encoding.utf8(in);
    JsonKey key = new JsonKey(format.key());
    return switch (kind) {
      case CSV -> new CsvRows(text, format);
      case JSON_ARRAY -> new JsonArray(text, format.maxRow(), key);
      case JSON_LINES -> lines(text, format, key, true);
      case LINES, AUTO, AVRO, PARQUET -> lines(text, format, key, false);
    };
  }

  private static RowReader lines(InputStream text, RowFormat format, JsonKey key, boolean json) {
    return new TextLines(new LineReader(text, format.maxRow()), format.maxRow(), key, json);
  }

  private static boolean begins(byte[] head, String magic) {
    boolean equal = head.length >= magic.length();
    for (int i = 0; equal && i < magic.length(); i++) {
      equal = head[i] == magic.charAt(i);
    }
    return equal;
  }

  private static void requireText(byte[] head) throws BadContentException {
    for (int i = 0; i < head.length; i++) {
      if (head[i] == 0) {
        throw new BadContentException("byte " + i + " is zero, so this is no text");
      }
    }
  }

  /** By the first character; where that does not tell, by the name's ending. */
  private static RowFormat.Kind kind(String name, byte[] head, int mark) {
    for (int i = mark; i < head.length; i++) {
      if (head[i] > ' ') {
        if (head[i] == '{') {
          return RowFormat.Kind.JSON_LINES;
        }
        if (head[i] == '[') {
          return RowFormat.Kind.JSON_ARRAY;
        }
        break;
      }
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".log") || lower.endsWith(".txt")) {
      return RowFormat.Kind.LINES;
    }
    return lower.endsWith(".json") || lower.endsWith(".jsonl") || lower.endsWith(".ndjson")
        ? RowFormat.Kind.JSON_LINES
        : RowFormat.Kind.CSV;
  }
}
