package dev.millrace.jinja.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's {@code str()} and {@code repr()}. */
public final class Printing {
  private Printing() {}

  public static String str(@Nullable Object value) {
    if (value instanceof CharSequence text) {
      return text.toString();
    }
    if (value instanceof Undefined undefined) {
      return undefined.text();
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return repr(value);
  }

  public static String repr(@Nullable Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Boolean bool) {
      return bool ? "True" : "False";
    }
    if (value instanceof Double || value instanceof Float) {
      return decimal(((Number) value).doubleValue());
    }
    if (value instanceof SafeString safe) {
      return "Markup(" + quote(safe.text()) + ")";
    }
    if (value instanceof CharSequence text) {
      return quote(text.toString());
    }
    if (value instanceof BigDecimal number) {
      return "Decimal('" + number.toPlainString() + "')";
    }
    return isContainer(value) ? container(value) : String.valueOf(value);
  }

  private static boolean isContainer(Object value) {
    return value instanceof List
        || value instanceof Set
        || value instanceof DictView
        || (value instanceof Map && !(value instanceof Attributes));
  }

  private static String container(Object value) {
    StringBuilder out = new StringBuilder();
    if (value instanceof Tuple tuple) {
      items(out.append('('), tuple).append(tuple.size() == 1 ? ",)" : ")");
    } else if (value instanceof Range range) {
      out.append(range.repr());
    } else if (value instanceof List<?> list) {
      items(out.append('['), list).append(']');
    } else if (value instanceof DictView view) {
      items(out.append(view.typeName()).append("(["), view).append("])");
    } else if (value instanceof Set<?> set) {
      if (set.isEmpty()) {
        return "set()";
      }
      items(out.append('{'), set).append('}');
    } else if (value instanceof Map<?, ?> map) {
      out.append('{');
      for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
        Map.Entry<?, ?> entry = i.next();
        out.append(nested(entry.getKey(), value)).append(": ");
        out.append(nested(entry.getValue(), value)).append(i.hasNext() ? ", " : "");
      }
      out.append('}');
    }
    return out.toString();
  }

  private static StringBuilder items(StringBuilder out, Iterable<?> items) {
    for (Iterator<?> i = items.iterator(); i.hasNext(); ) {
      out.append(nested(i.next(), items)).append(i.hasNext() ? ", " : "");
    }
    return out;
  }

  private static String nested(@Nullable Object item, Object container) {
    if (item == container) {
      return item instanceof Map ? "{...}" : "[...]";
    }
    return repr(item);
  }

  /** A string literal as Python writes it: single quotes, unless only double ones avoid escapes. */
  static String quote(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints().forEach(c -> quoteOne(out, c, quote));
    return out.append(quote).toString();
  }

  private static void quoteOne(StringBuilder out, int c, char quote) {
    if (c == quote || c == '\\') {
      out.append('\\').append((char) c);
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '\r') {
      out.append("\\r");
    } else if (c == '\t') {
      out.append("\\t");
    } else if (c == ' ' || printable(c)) {
      out.appendCodePoint(c);
    } else {
      out.append(
          c < 0x100
              ? String.format("\\x%02x", c)
              : c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c));
    }
  }

  static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          c == ' ';
      default -> true;
    };
  }

  /** The shortest digits that read back as the same double, as Python's {@code repr(float)}. */
  static String decimal(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = shortest(value);
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
    if (exponent < -4 || exponent >= 16) {
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      out.append('e').append(exponent < 0 ? '-' : '+');
      return out.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent)).toString();
    }
    String plain = shortest.abs().toPlainString();
    return out.append(plain).append(plain.indexOf('.') < 0 ? ".0" : "").toString();
  }

  private static BigDecimal shortest(double value) {
    // Java 17 sometimes prints a digit too many; try fewer until the value no longer reads back.
    int enough = Math.abs(value) < 1e-300 ? 1 : 15;
    BigDecimal best = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    BigDecimal exact = null;
    while (best.precision() > enough) {
      exact = exact == null ? new BigDecimal(value) : exact;
      BigDecimal next = exact.round(new MathContext(best.precision() - 1, RoundingMode.HALF_EVEN));
      if (next.doubleValue() != value) {
        break;
      }
      best = next.stripTrailingZeros();
    }
    return best;
  }
}
