package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.type.DataType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the kinds of values that are drawn: each is a function of random bits and a number. */
final class ValueReader {
  /** What is drawn from a number or from random bits. */
  static final List<String> KINDS =
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
          "words");

  private ValueReader() {}

  /**
   * Reads the parameters of a kind.
   *
   * @param key one of {@link #KINDS}, which the block has
   * @param type of the column that the values are for
   */
  static Optional<DrawnValues> read(Block block, String key, DataType type) {
    return switch (key) {
      case "sequence" -> sequence(block, type);
      case "uniform", "zipf", "normal", "lognormal" -> numbers(block, key, type);
      case "choice" -> choice(block, type).map(c -> c);
      case "constant" ->
          literal(block, "constant", block.value("constant"), type)
              .map(json -> (out, bits, number) -> out.raw(json));
      case "boolean" -> bool(block, type);
      case "uuid" -> uuid(block, type);
      case "words" -> words(block, type);
      default -> throw new IllegalArgumentException(key);
    };
  }

  private static Optional<DrawnValues> sequence(Block block, DataType type) {
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
      return format.map(f -> (out, bits, number) -> f.write(out, first + number));
    }
    boolean quotes = isText(type);
    if (!fits(block, "sequence", type, true)) {
      return Optional.empty();
    }
    return Optional.of((out, bits, number) -> writeNumber(out, first + number, 0, quotes));
  }

  /** A format of a text column; a problem and empty if it is wrong. */
  private static Optional<NumberFormat> format(Block block, String key, DataType type) {
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

  private static Optional<DrawnValues> numbers(Block block, String kind, DataType type) {
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
          (out, bits, number) -> text.write(out, Math.round(distribution.sample(bits))));
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
        (out, bits, number) ->
            writeNumber(out, Math.round(distribution.sample(bits) * factor), decimals, quotes));
  }

  static void writeNumber(JsonBuffer out, long unscaled, int scale, boolean quotes) {
    if (quotes) {
      out.raw('"');
    }
    out.decimal(unscaled, scale);
    if (quotes) {
      out.raw('"');
    }
  }

  private static Optional<DrawnValues> times(Block parameters) {
    parameters.allow(List.of("from", "to"));
    OptionalLong from = Times.parse(parameters.text("from").orElse(""));
    OptionalLong to = Times.parse(parameters.text("to").orElse(""));
    if (from.isEmpty() || to.isEmpty() || from.getAsLong() > to.getAsLong()) {
      parameters.bad("to", "has to be a time after `from`", "such as `2026-12-31T23:59:59Z`");
      return Optional.empty();
    }
    long span = to.getAsLong() - from.getAsLong() + 1;
    return Optional.of(
        (out, bits, number) -> writeTime(out, from.getAsLong() + Draw.below(bits, span)));
  }

  static void writeTime(JsonBuffer out, long micros) {
    out.raw('"');
    out.time(micros);
    out.raw('"');
  }

  /** Reads {@code choice}: values of a type with weights. */
  static Optional<Choice> choice(Block block, DataType type) {
    Object given = block.value("choice");
    List<String> names = new ArrayList<>();
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
        names.add(value);
        weights.add(sum);
      }
    } else if (given instanceof List<?> list) {
      for (Object value : list) {
        literal(block, "choice", value, type).ifPresent(values::add);
        names.add(String.valueOf(value));
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
    return Optional.of(
        new Choice(names, values, weights.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  /** A value of a type as JSON; a problem and empty if it is none. */
  static Optional<byte[]> literal(Block block, String key, @Nullable Object value, DataType type) {
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

  private static Optional<DrawnValues> bool(Block block, DataType type) {
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
    return Optional.of((out, bits, number) -> out.raw(Draw.unit(bits) < limit ? yes : no));
  }

  private static Optional<DrawnValues> uuid(Block block, DataType type) {
    if (!fits(block, "uuid", type, false)) {
      return Optional.empty();
    }
    return Optional.of(
        (out, bits, number) -> {
          out.raw('"');
          out.uuid(bits, Draw.mix(bits + 1));
          out.raw('"');
        });
  }

  private static Optional<DrawnValues> words(Block block, DataType type) {
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
    return Optional.of((out, bits, number) -> Words.write(out, bits, from, to));
  }

  /** True if a type holds numbers, or else texts; a problem if it does not. */
  static boolean fits(Block block, String key, DataType type, boolean number) {
    boolean fits = number ? isText(type) || type.isNumber() : !type.isNumber() && !isBoolean(type);
    if (!fits) {
      String what = number ? "numbers" : "texts";
      block.bad(key, "makes " + what + ", but the column's type is " + type, null);
    }
    return fits;
  }

  static boolean isWhole(DataType type) {
    return type.isNumber()
        && !(type instanceof DataType.Decimal)
        && !type.toString().equals("FLOAT")
        && !type.toString().equals("DOUBLE");
  }

  static boolean isBoolean(DataType type) {
    return type instanceof DataType.Scalar scalar && scalar.kind() == DataType.Kind.BOOLEAN;
  }

  /** True if any text is a value of the type. */
  static boolean isText(DataType type) {
    return type instanceof DataType.Scalar scalar
        && (scalar.kind() == DataType.Kind.VARCHAR || scalar.kind() == DataType.Kind.JSON);
  }
}
