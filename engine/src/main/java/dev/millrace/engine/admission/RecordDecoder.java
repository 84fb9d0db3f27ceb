package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.engine.store.Wire;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.JsonOutput;
import dev.millrace.formats.RecordDecoding;
import dev.millrace.formats.RegistryDecoding;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.RecordFormat;
import dev.millrace.project.RecordFormat.Encoding;
import dev.millrace.project.RecordFormat.Field;
import dev.millrace.project.RecordFormat.Part;
import dev.millrace.project.RecordFormat.Serialization;
import dev.millrace.project.StreamSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records of one stream in the heap: fields of plain values by {@link FlatJson}, and what
 * stands in the key, the headers and around the record. Whatever it is not sure about is odd, and
 * {@link JsonDecoder} decides. Values that are not JSON become such first. Thread-safe.
 */
final class RecordDecoder {
  private final RecordFormat format;
  private final List<Column> columns;
  private final long maxBytes;
  private final FlatJson json;
  private final boolean supported;
  private final boolean readsKey;
  private final boolean readsHeaders;
  private final boolean readsJson;
  private final boolean fieldsOnly;
  private final Part[] parts;
  private final boolean[] whole;
  private final boolean[] instants;
  private final byte[][] headers;
  private final int[] key;
  private final @Nullable RecordDecoding values;
  private final @Nullable RecordDecoding keys;

  /**
   * A decoder of a stream's records.
   *
   * @param keyColumn the column that must be unique, or -1
   * @param registry asked for the schemas of records that are written with one
   */
  RecordDecoder(StreamSpec stream, int keyColumn, Supplier<RegistryClient> registry) {
    this.format = stream.format();
    this.values = decoding(format.values(), registry);
    this.keys = decoding(format.keys(), registry);
    this.columns = stream.declaration().schema().columns();
    this.maxBytes = stream.maxRecordBytes();
    List<List<String>> names = new ArrayList<>();
    boolean all = format.changes() != RecordFormat.Changes.DEBEZIUM;
    this.headers = new byte[columns.size()][];
    this.parts = format.fields().stream().map(Field::part).toArray(Part[]::new);
    this.whole = new boolean[columns.size()];
    this.instants = new boolean[columns.size()];
    for (int i = 0; i < columns.size(); i++) {
      Field field = format.fields().get(i);
      List<String> own = new ArrayList<>();
      whole[i] = field.paths().contains(RecordFormat.WHOLE);
      instants[i] = isInstant(columns.get(i));
      if (field.part() == Part.VALUE && !whole[i]) {
        field.paths().forEach(p -> Field.topLevel(p).ifPresent(own::add));
        all &= own.size() == field.paths().size();
      }
      all &= field.encoding() == Encoding.PLAIN;
      all &= !isLocalTime(columns.get(i)) || !format.key().contains(columns.get(i).name());
      all &= field.part() != Part.KEY || whole[i];
      all &= !whole[i] || isText(columns.get(i)) || field.part() == Part.KEY;
      headers[i] =
          field.part() == Part.HEADER
              ? field.paths().get(0).getBytes(StandardCharsets.UTF_8)
              : new byte[0];
      names.add(own);
    }
    this.supported = all;
    this.readsHeaders = format.reads(Part.HEADER);
    this.readsJson = format.readsJson();
    this.fieldsOnly =
        !format.isChanges()
            && format.fields().stream()
                .allMatch(f -> f.part() == Part.VALUE && !f.paths().contains(RecordFormat.WHOLE));
    this.readsKey = format.isChanges() || format.reads(Part.KEY);
    this.key = format.key().stream().mapToInt(stream.declaration().schema()::indexOf).toArray();
    boolean oddIfUnknown =
        stream.extraFields() == StreamSpec.ExtraFields.REJECT || format.reads(Part.REST);
    this.json = new FlatJson(stream.declaration().schema(), names, oddIfUnknown, keyColumn);
  }

  private static @Nullable RecordDecoding decoding(
      Serialization written, Supplier<RegistryClient> registry) {
    return switch (written) {
      case JSON -> null;
      case AVRO -> new RegistryDecoding(SchemaType.AVRO, registry);
      case PROTOBUF -> new RegistryDecoding(SchemaType.PROTOBUF, registry);
      case JSON_SCHEMA -> new RegistryDecoding(SchemaType.JSON, registry);
    };
  }

  /** Its texts as they come differ for the same time, and keys are compared by their texts. */
  private static boolean isLocalTime(Column column) {
    return column.type() instanceof DataType.Scalar scalar
        && scalar.kind() == DataType.Kind.TIMESTAMP;
  }

  private static boolean isText(Column column) {
    return column.type() instanceof DataType.Scalar scalar
        && scalar.kind() == DataType.Kind.VARCHAR;
  }

  /** What is in {@link DecodedRows}: the columns, and for change data what is done to the row. */
  static List<Wire.Kind> kinds(StreamSpec stream) {
    List<Wire.Kind> kinds = new ArrayList<>();
    for (Column column : stream.declaration().schema().columns()) {
      kinds.add(Wire.of(column.type()).map(Wire::kind).orElse(Wire.Kind.TEXT));
    }
    if (stream.format().isChanges()) {
      kinds.add(Wire.Kind.LONG);
    }
    return List.copyOf(kinds);
  }

  /** Decodes a record, or marks it as odd or unfit. */
  void decode(TopicRecords records, int o, DecodedRows rows) {
    if (!isFit(records, o, rows.text()) || !transcode(records, o, rows)) {
      return;
    }
    surroundings(records, o, rows);
    if (!isPlain(records, o, rows)) {
      rows.odd().set(o);
    }
  }

  private boolean isFit(TopicRecords records, int o, Utf8 text) {
    byte[] bytes = records.bytes();
    int length = records.valueLength(o);
    boolean fit =
        (length < 0 && format.isChanges())
            || (values == null
                ? text.check(bytes, records.valueStart(o), length, o)
                : text.checkSize(length, o));
    if (fit && readsKey && keys == null && records.keyLength(o) >= 0) {
      fit = text.check(bytes, records.keyStart(o), records.keyLength(o), o);
    }
    for (int i = 0; readsHeaders && fit && i < columns.size(); i++) {
      if (headers[i].length > 0) {
        long place = records.header(o, headers[i]);
        fit = place < 0 || text.check(bytes, (int) (place >> 32), (int) place, o);
      }
    }
    return fit;
  }

  /** Makes JSON of a value and a key that are not; false if that cannot be done. */
  private boolean transcode(TopicRecords records, int o, DecodedRows rows) {
    if (values == null && keys == null) {
      return true;
    }
    try {
      JsonOutput out = rows.texts();
      if (values != null && records.valueLength(o) >= 0) {
        int start = out.used();
        values.decode(records.bytes(), records.valueStart(o), records.valueLength(o), out);
        requireText(out, start);
        rows.setValue(o, start);
      }
      if (keys != null && readsKey && records.keyLength(o) >= 0) {
        int start = out.used();
        keys.decode(records.bytes(), records.keyStart(o), records.keyLength(o), out);
        requireText(out, start);
        rows.setKey(o, start);
      }
      return true;
    } catch (BadRecordException e) {
      rows.faults().put(o, e.reason());
      return false;
    }
  }

  private static void requireText(JsonOutput out, int start) throws BadRecordException {
    if (!Utf8.isText(out.array(), start, out.used() - start)) {
      throw new BadRecordException("not valid UTF-8");
    }
  }

  /** What Kafka says of the record. */
  private void surroundings(TopicRecords records, int o, DecodedRows rows) {
    for (int i = 0; !fieldsOnly && i < parts.length; i++) {
      switch (parts[i]) {
        case TIMESTAMP ->
            rows.setNumber(i, o, instants[i] ? records.timestamp(o) * 1000 : records.timestamp(o));
        case PARTITION -> rows.setNumber(i, o, records.partition(o));
        case OFFSET -> rows.setNumber(i, o, records.offset(o));
        case TOPIC -> rows.setText(i, o, records.topic());
        default -> {}
      }
    }
  }

  private static boolean isInstant(Column column) {
    return column.type() instanceof DataType.Scalar scalar
        && scalar.kind() == DataType.Kind.TIMESTAMPTZ;
  }

  private boolean isPlain(TopicRecords records, int o, DecodedRows rows) {
    byte[] bytes = records.bytes();
    if (!supported || records.valueLength(o) < 0) {
      return false;
    }
    int start = values == null ? records.valueStart(o) : rows.valueStart(o);
    int length = values == null ? records.valueLength(o) : rows.valueLength(o);
    byte[] value = values == null ? bytes : rows.texts().array();
    rows.setTextsFrom(values != null);
    boolean plainFields = !readsJson || json.decode(value, start, start + length, rows, o);
    rows.setTextsFrom(false);
    if (!plainFields) {
      return false;
    }
    if (fieldsOnly) {
      return true;
    }
    for (int i = 0; i < parts.length; i++) {
      boolean plain =
          switch (parts[i]) {
            case VALUE -> {
              if (whole[i]) {
                rows.setTextsFrom(values != null);
                rows.setText(i, o, start, length);
                rows.setTextsFrom(false);
              }
              yield true;
            }
            case KEY ->
                keys == null
                    && text(records.bytes(), records.keyStart(o), records.keyLength(o), i, rows, o);
            case HEADER -> {
              long place = records.header(o, headers[i]);
              yield text(bytes, (int) (place >> 32), place < 0 ? -1 : (int) place, i, rows, o);
            }
            case REST -> {
              rows.setNull(i, o);
              yield true;
            }
            case ENVELOPE -> false;
            default -> true;
          };
      if (!plain) {
        return false;
      }
    }
    for (int column : key) {
      if (rows.isNull(column, o)) {
        return false;
      }
    }
    if (format.isChanges()) {
      rows.setNumber(columns.size(), o, JsonDecoder.PUT);
    }
    return true;
  }

  private boolean text(byte[] b, int start, int length, int column, DecodedRows rows, int o) {
    if (length < 0) {
      rows.setNull(column, o);
      return true;
    }
    return (length == 0 || b[start] != '"') && json.text(b, start, start + length, column, rows, o);
  }

  /** The columns that DuckDB decodes where a record is odd; the others are around the record. */
  static boolean isDecoded(Field field) {
    return switch (field.part()) {
      case VALUE, KEY, HEADER, ENVELOPE, REST -> true;
      default -> false;
    };
  }

  /** The header that a column is read from. */
  static Optional<String> header(Field field) {
    return field.part() == Part.HEADER ? Optional.of(field.paths().get(0)) : Optional.empty();
  }
}
