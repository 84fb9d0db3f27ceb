package dev.millrace.connect.files.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.type.Schema;
import dev.millrace.connect.files.rows.CsvFields.Outcome;
import dev.millrace.connect.files.unpack.BadContentException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows of fields as JSON objects. A row that does not fit is bad, and the next one is read. */
final class CsvRows implements RowReader {
  private static final int SHOWN = 1 << 20;

  private final CsvFields fields;
  private final RowFormat format;
  private final CsvDialect dialect;
  private final byte[] nullText;
  private byte[] scratch = new byte[256];
  private @Nullable FieldJson json;
  private int keyField = -1;

  CsvRows(InputStream in, RowFormat format) {
    this.format = format;
    this.dialect = format.csv();
    this.nullText = dialect.nullText().getBytes(UTF_8);
    this.fields = new CsvFields(in, dialect, format.maxRow());
  }

  @Override
  public @Nullable Row next() throws IOException {
    FieldJson target = json == null ? begin() : json;
    if (target == null) {
      return null;
    }
    while (true) {
      Outcome outcome = fields.next();
      if (outcome == Outcome.END) {
        return null;
      }
      if (outcome == Outcome.ROW && fields.isBlank()) {
        continue;
      }
      String fault = fault(outcome, target);
      return fault == null ? Row.good(value(target), key(), fields.line()) : bad(outcome, fault);
    }
  }

  private @Nullable String fault(Outcome outcome, FieldJson target) {
    return switch (outcome) {
      case OPEN_QUOTE -> "a quote is opened and not closed";
      case TEXT_BEHIND_QUOTE -> "text stands behind a closing quote";
      case TOO_LONG -> TextLines.tooLong(format.maxRow());
      case END -> null;
      case ROW -> {
        boolean fits =
            fields.count() == target.size() || dialect.padShort() && fields.count() < target.size();
        yield fits
            ? null
            : "the row has %d fields, expected %d".formatted(fields.count(), target.size());
      }
    };
  }

  /** A quote that was meant as text takes lines with it that are good: only the first is bad. */
  private Row bad(Outcome outcome, String fault) throws IOException {
    long line = fields.line();
    if (outcome == Outcome.ROW && !fields.isOverLines()) {
      return Row.bad(fields.raw(SHOWN), line, fault);
    }
    byte[] raw = fields.rawFirstLine(SHOWN);
    fields.leaveAfterFirstLine();
    return Row.bad(raw, line, fault);
  }

  /** Reads what comes before the first row; null if there is nothing. */
  private @Nullable FieldJson begin() throws IOException {
    for (int i = 0; i < dialect.skipLines(); i++) {
      if (fields.next() == Outcome.END) {
        return null;
      }
      fields.leaveAfterFirstLine();
    }
    List<String> names = dialect.fields();
    if (dialect.header()) {
      List<String> header = header();
      if (header.isEmpty()) {
        return null;
      }
      names = names.isEmpty() ? header : names;
    } else if (names.isEmpty()) {
      names = format.schema().names();
    }
    FieldJson made = new FieldJson(names, format.schema());
    keyField = names.indexOf(format.key());
    if (keyField < 0 && !format.key().isEmpty()) {
      throw new BadContentException(
          "no field is named `%s` (`record_key`)"
              .formatted(BadContentException.shown(format.key())));
    }
    json = made;
    return made;
  }

  private List<String> header() throws IOException {
    Outcome outcome = fields.next();
    while (outcome == Outcome.ROW && fields.isBlank()) {
      outcome = fields.next();
    }
    if (outcome == Outcome.END) {
      return List.of();
    }
    if (outcome != Outcome.ROW) {
      throw new BadContentException(
          "the header in line " + fields.line() + " cannot be read: " + outcome);
    }
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < fields.count(); i++) {
      int length = unescape(i);
      String name = new String(scratch, 0, length, UTF_8).strip();
      if (!seen.add(name)) {
        throw new BadContentException(
            "the header names `" + BadContentException.shown(name) + "` twice");
      }
      names.add(name);
    }
    requireKnown(names);
    return names;
  }

  /** A file without a header, read as if it had one, would lose its first row and all names. */
  private void requireKnown(List<String> names) throws BadContentException {
    Schema schema = format.schema();
    if (dialect.fields().isEmpty()
        && !schema.columns().isEmpty()
        && names.stream().noneMatch(n -> schema.column(n).isPresent() || n.equals(format.key()))) {
      List<String> first =
          names.subList(0, Math.min(5, names.size())).stream()
              .map(BadContentException::shown)
              .toList();
      throw new BadContentException(
          "no name in the header is a column of the stream: `"
              + String.join("`, `", first)
              + "` (`header: false` if there is none)");
    }
  }

  private byte[] value(FieldJson target) {
    target.begin();
    for (int i = 0; i < target.size(); i++) {
      if (i >= fields.count() || isNull(i)) {
        target.nothing(i);
      } else if (fields.isQuoted(i)) {
        int length = unescape(i);
        target.value(i, scratch, 0, length, true);
      } else {
        target.value(i, fields.bytes(), fields.begin(i), fields.end(i), false);
      }
    }
    return target.end();
  }

  private boolean isNull(int field) {
    return !fields.isQuoted(field)
        && Arrays.equals(
            fields.bytes(), fields.begin(field), fields.end(field), nullText, 0, nullText.length);
  }

  private byte @Nullable [] key() {
    if (keyField < 0 || keyField >= fields.count() || isNull(keyField)) {
      return null;
    }
    int length = unescape(keyField);
    return Arrays.copyOf(scratch, length);
  }

  /** Writes a field's text into {@link #scratch}; its length. */
  private int unescape(int field) {
    byte[] b = fields.bytes();
    int from = fields.begin(field);
    int to = fields.end(field);
    if (scratch.length < to - from) {
      scratch = new byte[(to - from) * 2];
    }
    int length = 0;
    for (int p = from; p < to; p++) {
      boolean escapes =
          fields.isQuoted(field)
              && p + 1 < to
              && (b[p] == dialect.quote() || dialect.escape() != 0 && b[p] == dialect.escape());
      scratch[length++] = b[escapes ? ++p : p];
    }
    return length;
  }
}
