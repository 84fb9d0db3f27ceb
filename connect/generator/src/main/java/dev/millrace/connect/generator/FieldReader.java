package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one stream. */
final class FieldReader {
  private static final List<String> KINDS =
      List.of(
          "sequence",
          "uniform",
          "zipf",
          "normal",
          "lognormal",
          "choice",
          "constant",
          "boolean",
          "uuid",
          "words",
          "event_time",
          "field");

  private static final List<String> ALL_KEYS =
      Stream.concat(KINDS.stream(), Stream.of("nulls")).toList();

  private final Schema schema;
  private final StreamPlan stream;
  private final List<Field> known = new ArrayList<>();

  FieldReader(Schema schema, StreamPlan stream) {
    this.schema = schema;
    this.stream = stream;
  }

  /** What a kind of field makes: how values are written and what they are. */
  private record Made(FieldValues values, Field.Kind kind) {}

  /** The fields in the order of the columns; those with problems are left out. */
  List<Field> read(Block fields) {
    for (String name : fields.keys()) {
      if (schema.column(name).isEmpty()) {
        fields.unknownName(name, "column", name, schema.names());
      }
    }
    for (Column column : schema.columns()) {
      Optional<String> key =
          fields.keys().stream().filter(k -> k.equalsIgnoreCase(column.name())).findFirst();
      if (key.isEmpty()) {
        fields.missing(column.name(), "`" + column.name() + ": {constant: 1}`");
      } else {
        fields.block(key.get()).flatMap(block -> field(block, column)).ifPresent(known::add);
      }
    }
    return known;
  }

  private Optional<Field> field(Block block, Column column) {
    double nulls = block.share("nulls").orElse(0);
    byte[] start = (quotedText(column.name()) + ":").getBytes(UTF_8);
    long salt = Draw.salt(column.name());
    return value(block, column.type())
        .map(made -> new Field(column.name(), start, salt, nulls, made.kind(), made.values()));
  }

  private static String quotedText(String text) {
    return new String(JsonBuffer.quoted(text), UTF_8);
  }

  private Optional<Made> value(Block block, DataType type) {
    List<String> given = block.keys().stream().filter(KINDS::contains).toList();
    block.allow(ALL_KEYS);
    if (given.size() != 1) {
      if (block.keys().stream().allMatch(k -> KINDS.contains(k) || k.equals("nulls"))) {
        block.bad("", "needs exactly one kind", "one of: " + String.join(", ", KINDS));
      }
      return Optional.empty();
    }
    Field.Kind kind = isText(type) ? Field.Kind.TEXT : Field.Kind.TYPED;
    String key = given.get(0);
    return switch (key) {
      case "event_time" ->
          eventTime(block, type).map(values -> new Made(values, Field.Kind.EVENT_TIME));
      case "field" -> reference(block, type);
      default -> plain(block, key, type).map(values -> new Made(values, kind));
    };
  }

  private Optional<FieldValues> plain(Block block, String key, DataType type) {
    return switch (key) {
      case "sequence" -> sequence(block, type);
      case "uniform", "zipf", "normal", "lognormal" -> numbers(block, key, type);
      case "choice" -> choice(block, type);
      case "constant" ->
          literal(block, "constant", block.value("constant"), type)
              .map(json -> (out, bits, s, number, timeline) -> out.raw(json));
      case "boolean" -> bool(block, type);
      case "uuid" -> uuid(block, type);
      case "words" -> words(block, type);
      default -> throw new IllegalArgumentException(key);
    };
  }

  private Optional<FieldValues> sequence(Block block, DataType type) {
    boolean nested = block.value("sequence") instanceof Map;
    OptionalLong from = OptionalLong.empty();
    Optional<NumberFormat> format;
    boolean formatted;
    if (nested) {
      Optional<Block> parameters = block.block("sequence");
      if (parameters.isEmpty()) {
        return Optional.empty();
      }
      parameters.get().allow(List.of("format", "from"));
      from = parameters.get().whole("from", 0, 1L << 53);
      formatted = parameters.get().has("format");
      format = format(parameters.get(), "format", type);
    } else {
      formatted = !"true".equals(block.text("sequence").orElse("true"));
      format = formatted ? format(block, "sequence", type) : Optional.empty();
    }
    long first = from.orElse(1);
    if (formatted) {
      return format.map(f -> (out, bits, s, number, t) -> f.write(out, first + number));
    }
    boolean quotes = isText(type);
    if (!fits(block, "sequence", type, true)) {
      return Optional.empty();
    }
    return Optional.of((out, bits, s, number, t) -> writeNumber(out, first + number, 0, quotes));
  }

  /** A format of a text column; a problem and empty if it is wrong. */
  private Optional<NumberFormat> format(Block block, String key, DataType type) {
    Optional<String> text = block.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<NumberFormat> format = NumberFormat.parse(text.get());
    if (format.isEmpty()) {
      block.bad(
          key, "has to hold one `%d` or `%06d`, found `" + text.get() + "`", "such as `user-%06d`");
    } else if (!isText(type)) {
      block.bad(key, "makes texts, but the column's type is " + type, null);
      return Optional.empty();
    }
    return format;
  }

  private Optional<FieldValues> numbers(Block block, String kind, DataType type) {
    Optional<Block> given = block.block(kind);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Block parameters = given.get();
    if (kind.equals("uniform") && Times.parse(parameters.text("from").orElse("")).isPresent()) {
      return times(parameters);
    }
    Optional<Distribution> read =
        DistributionReader.read(
            parameters, kind, DistributionReader.Unit.NUMBER, List.of("decimals", "format"));
    Optional<NumberFormat> format = format(parameters, "format", type);
    if (read.isEmpty() || (parameters.has("format") && format.isEmpty())) {
      return Optional.empty();
    }
    Distribution distribution = read.get();
    if (format.isPresent()) {
      NumberFormat text = format.get();
      return Optional.of(
          (out, bits, s, number, t) -> text.write(out, Math.round(distribution.sample(bits))));
    }
    boolean whole =
        distribution instanceof Distribution.Zipf
            || (distribution instanceof Distribution.Uniform uniform && uniform.whole());
    int decimals = (int) parameters.whole("decimals", 0, 9).orElse(whole || isWhole(type) ? 0 : 3);
    long factor = Math.round(StrictMath.pow(10, decimals));
    double largest = Math.max(Math.abs(distribution.max()), Math.abs(distribution.min()));
    if (largest * factor > 9e18) {
      parameters.bad("", "makes numbers of more than 18 digits", "set `max` or fewer `decimals`");
      return Optional.empty();
    }
    if (!fits(block, kind, type, true)) {
      return Optional.empty();
    }
    boolean quotes = isText(type);
    return Optional.of(
        (out, bits, s, number, t) ->
            writeNumber(out, Math.round(distribution.sample(bits) * factor), decimals, quotes));
  }

  private static void writeNumber(JsonBuffer out, long unscaled, int scale, boolean quotes) {
    if (quotes) {
      out.raw('"');
    }
    out.decimal(unscaled, scale);
    if (quotes) {
      out.raw('"');
    }
  }

  private static Optional<FieldValues> times(Block parameters) {
    parameters.allow(List.of("from", "to"));
    OptionalLong from = Times.parse(parameters.text("from").orElse(""));
    OptionalLong to = Times.parse(parameters.text("to").orElse(""));
    if (from.isEmpty() || to.isEmpty() || from.getAsLong() > to.getAsLong()) {
      parameters.bad("to", "has to be a time after `from`", "such as `2026-12-31T23:59:59Z`");
      return Optional.empty();
    }
    long span = to.getAsLong() - from.getAsLong() + 1;
    return Optional.of(
        (out, bits, s, number, t) -> writeTime(out, from.getAsLong() + Draw.below(bits, span)));
  }

  private static void writeTime(JsonBuffer out, long micros) {
    out.raw('"');
    out.time(micros);
    out.raw('"');
  }

  private Optional<FieldValues> choice(Block block, DataType type) {
    Object given = block.value("choice");
    List<byte[]> values = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    double sum = 0;
    if (given instanceof Map) {
      Block options = block.block("choice").orElseThrow();
      for (String value : options.keys()) {
        double weight = options.number(value, 0);
        if (weight < 0) {
          options.bad(value, "has a negative weight", null);
        }
        sum += Math.max(0, weight);
        literal(block, "choice", value, type).ifPresent(values::add);
        weights.add(sum);
      }
    } else if (given instanceof List<?> list) {
      for (Object value : list) {
        literal(block, "choice", value, type).ifPresent(values::add);
        weights.add(++sum);
      }
    }
    if (values.isEmpty() || sum <= 0) {
      block.bad("choice", "needs values with weights", "such as `{choice: {DE: 30, FR: 20}}`");
      return Optional.empty();
    }
    if (values.size() < weights.size()) {
      return Optional.empty();
    }
    double[] limits = weights.stream().mapToDouble(Double::doubleValue).toArray();
    double all = sum;
    byte[][] texts = values.toArray(new byte[0][]);
    return Optional.of(
        (out, bits, s, number, t) -> out.raw(texts[pick(limits, Draw.unit(bits) * all)]));
  }

  private static int pick(double[] limits, double draw) {
    int low = 0;
    int high = limits.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (draw < limits[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private static Optional<byte[]> literal(
      Block block, String key, @Nullable Object value, DataType type) {
    if (value == null || value instanceof Map || value instanceof List) {
      block.bad(key, "needs single values", null);
      return Optional.empty();
    }
    String text = value.toString();
    if (!type.isNumber() && !isBoolean(type)) {
      return Optional.of(JsonBuffer.quoted(text));
    }
    if (isBoolean(type) && (text.equals("true") || text.equals("false"))) {
      return Optional.of(text.getBytes(UTF_8));
    }
    try {
      if (!isBoolean(type)) {
        return Optional.of(new BigDecimal(text).toPlainString().getBytes(UTF_8));
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    block.bad(key, "holds `" + text + "`, which is no " + type, null);
    return Optional.empty();
  }

  private Optional<FieldValues> bool(Block block, DataType type) {
    var share =
        "true".equals(block.text("boolean").orElse(""))
            ? OptionalDouble.of(0.5)
            : block.share("boolean");
    if (!isBoolean(type) && !isText(type)) {
      block.bad("boolean", "makes true and false, but the column's type is " + type, null);
      return Optional.empty();
    }
    if (share.isEmpty()) {
      return Optional.empty();
    }
    byte[] yes = (isText(type) ? "\"true\"" : "true").getBytes(UTF_8);
    byte[] no = (isText(type) ? "\"false\"" : "false").getBytes(UTF_8);
    double limit = share.getAsDouble();
    return Optional.of((out, bits, s, number, t) -> out.raw(Draw.unit(bits) < limit ? yes : no));
  }

  private Optional<FieldValues> uuid(Block block, DataType type) {
    if (!fits(block, "uuid", type, false)) {
      return Optional.empty();
    }
    return Optional.of(
        (out, bits, s, number, t) -> {
          out.raw('"');
          out.uuid(bits, Draw.mix(bits + 1));
          out.raw('"');
        });
  }

  private Optional<FieldValues> words(Block block, DataType type) {
    Optional<Block> given = block.block("words");
    if (given.isEmpty() || !fits(block, "words", type, false)) {
      return Optional.empty();
    }
    given.get().allow(List.of("from", "to"));
    long from = given.get().whole("from", 1, 10_000).orElse(3);
    long to = given.get().whole("to", 1, 10_000).orElse(Math.max(8, from));
    if (from > to) {
      given.get().bad("to", "is before `from`", null);
      return Optional.empty();
    }
    return Optional.of((out, bits, s, number, t) -> Words.write(out, bits, from, to));
  }

  private Optional<FieldValues> eventTime(Block block, DataType type) {
    String format = "iso";
    if (block.value("event_time") instanceof Map) {
      Block parameters = block.block("event_time").orElseThrow();
      parameters.allow(List.of("format"));
      format = parameters.text("format").orElse("iso");
    }
    long divisor =
        switch (format) {
          case "iso" -> 0;
          case "s" -> 1_000_000;
          case "ms" -> 1_000;
          case "us" -> 1;
          default -> -1;
        };
    if (divisor < 0) {
      block.unknownName("event_time", "format", format, List.of("iso", "s", "ms", "us"));
      return Optional.empty();
    }
    if (divisor == 0 ? !fits(block, "event_time", type, false) : isBoolean(type)) {
      return Optional.empty();
    }
    if (divisor == 0) {
      return Optional.of(
          (out, bits, s, number, timeline) -> writeTime(out, timeline.wallTime(s, number)));
    }
    return Optional.of(
        (out, bits, s, number, timeline) ->
            out.number(Math.floorDiv(timeline.wallTime(s, number), divisor), 1));
  }

  private Optional<Made> reference(Block block, DataType type) {
    String name = block.text("field").orElse("");
    StreamPlan.Follows follows = stream.follows();
    StreamPlan owner = follows == null ? stream : follows.stream();
    List<Field> candidates = follows == null ? known : owner.fields();
    Optional<Field> field =
        candidates.stream().filter(f -> f.name().equalsIgnoreCase(name)).findFirst();
    if (field.isEmpty()) {
      if (follows == null || !owner.fields().isEmpty()) {
        String what = follows == null ? "field above" : "field of stream `" + owner.name() + "`";
        block.unknownName("field", what, name, candidates.stream().map(Field::name).toList());
      }
      return Optional.empty();
    }
    Field source = field.get();
    Field.Kind kind = isText(type) ? Field.Kind.TEXT : Field.Kind.TYPED;
    return Optional.of(
        new Made((out, bits, s, number, t) -> source.write(out, owner, number, t), kind));
  }

  private static boolean fits(Block block, String key, DataType type, boolean number) {
    boolean fits = number ? isText(type) || type.isNumber() : !type.isNumber() && !isBoolean(type);
    if (!fits) {
      String what = number ? "numbers" : "texts";
      block.bad(key, "makes " + what + ", but the column's type is " + type, null);
    }
    return fits;
  }

  private static boolean isWhole(DataType type) {
    return type.isNumber()
        && !(type instanceof DataType.Decimal)
        && !type.toString().equals("FLOAT")
        && !type.toString().equals("DOUBLE");
  }

  private static boolean isBoolean(DataType type) {
    return type instanceof DataType.Scalar scalar && scalar.kind() == DataType.Kind.BOOLEAN;
  }

  /** True if any text is a value of the type. */
  private static boolean isText(DataType type) {
    return type instanceof DataType.Scalar scalar
        && (scalar.kind() == DataType.Kind.VARCHAR || scalar.kind() == DataType.Kind.JSON);
  }
}
