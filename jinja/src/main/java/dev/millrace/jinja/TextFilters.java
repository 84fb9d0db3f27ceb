package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.DictMethods;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.PercentFormat;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.SafeString;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Strings;
import dev.millrace.jinja.value.Tuple;
import dev.millrace.jinja.value.Types;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters of text. */
final class TextFilters {
  private static final Pattern WORD_START = Pattern.compile("([-\\s({\\[<]+)");
  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{N}_]+", Pattern.UNICODE_CHARACTER_CLASS);

  static final Map<String, Filter> ALL =
      new FilterTable()
          .add("upper()", (e, v, a) -> map(v, s -> s.toUpperCase(Locale.ROOT)))
          .add("lower()", (e, v, a) -> map(v, s -> s.toLowerCase(Locale.ROOT)))
          .add("capitalize()", (e, v, a) -> map(v, Strings::capitalize))
          .add("title()", (e, v, a) -> map(v, TextFilters::title))
          .add("trim(chars=None)", (e, v, a) -> map(v, s -> trim(s, a[0])))
          .add("string()", (e, v, a) -> v instanceof SafeString ? v : Printing.str(v))
          .add("replace(old, new, count=None)", TextFilters::replace)
          .add("center(width=80)", (e, v, a) -> call(e, v, "center", a[0]))
          .add("indent(width=4, first=False, blank=False)", TextFilters::indent)
          .add("truncate(length=255, killwords=False, end='...', leeway=5)", TextFilters::truncate)
          .add(
              "wordwrap(width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True)",
              TextFilters::wordWrap)
          .add("wordcount()", (e, v, a) -> WORD.matcher(Printing.str(v)).results().count())
          .raw("format", TextFilters::format)
          .add("pprint()", (e, v, a) -> Printing.repr(v))
          .build();

  private TextFilters() {}

  /** Maps the text of a value; safe text stays safe. */
  static Object map(@Nullable Object value, java.util.function.UnaryOperator<String> operation) {
    String result = operation.apply(Printing.str(value));
    return value instanceof SafeString ? new SafeString(result) : result;
  }

  private static @Nullable Object call(
      Evaluation evaluation, @Nullable Object value, String method, @Nullable Object... given) {
    Object text = value instanceof SafeString ? value : Printing.str(value);
    Object bound = evaluation.attribute(text, method);
    return ((dev.millrace.jinja.value.Callable) java.util.Objects.requireNonNull(bound))
        .call(Arguments.of(given));
  }

  private static String title(String text) {
    StringBuilder out = new StringBuilder();
    int from = 0;
    Matcher matcher = WORD_START.matcher(text);
    while (matcher.find()) {
      out.append(titleWord(text.substring(from, matcher.start()))).append(matcher.group());
      from = matcher.end();
    }
    return out.append(titleWord(text.substring(from))).toString();
  }

  private static String titleWord(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int end = word.offsetByCodePoints(0, 1);
    return word.substring(0, end).toUpperCase(Locale.ROOT)
        + word.substring(end).toLowerCase(Locale.ROOT);
  }

  private static String trim(String text, @Nullable Object chars) {
    return Strings.strip(text, chars == null ? null : Printing.str(chars), true, true);
  }

  private static Object replace(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    int count = a[2] == null ? -1 : Numbers.toInt(a[2]);
    if (!evaluation.autoescape()) {
      return Strings.replace(Printing.str(value), Printing.str(a[0]), Printing.str(a[1]), count);
    }
    boolean safe =
        value instanceof SafeString || a[0] instanceof SafeString || a[1] instanceof SafeString;
    Object text = safe ? SafeString.escape(value) : value;
    String result =
        Strings.replace(
            Printing.str(text),
            safe ? SafeString.escape(a[0]).text() : Printing.str(a[0]),
            safe ? SafeString.escape(a[1]).text() : Printing.str(a[1]),
            count);
    return safe ? new SafeString(result) : result;
  }

  private static Object indent(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    String by =
        a[0] instanceof CharSequence text
            ? text.toString()
            : " ".repeat(Math.max(0, Numbers.toInt(a[0])));
    if (!(value instanceof CharSequence)) {
      throw value instanceof Undefined undefined
          ? undefined.error()
          : PythonError.type("indent needs a str, not " + Types.name(value));
    }
    boolean first = Operators.truth(a[1]);
    boolean blank = Operators.truth(a[2]);
    return map(
        value,
        text -> {
          List<String> lines = Strings.splitLines(text + "\n", false);
          StringBuilder out = new StringBuilder();
          for (int i = 0; i < lines.size(); i++) {
            boolean indented = i == 0 ? first : blank || !lines.get(i).isEmpty();
            out.append(i == 0 ? "" : "\n").append(indented ? by : "").append(lines.get(i));
          }
          return out.toString();
        });
  }

  private static @Nullable Object truncate(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    int length = Numbers.toInt(a[0]);
    String end = Printing.str(a[2]);
    int leeway = a[3] == null ? 5 : Numbers.toInt(a[3]);
    if (length < end.length()) {
      throw new PythonError(
          "AssertionError", "expected length >= " + end.length() + ", got " + length);
    }
    if (!(value instanceof CharSequence)) {
      if (Sequences.length(value) <= length + leeway) {
        return value;
      }
      throw PythonError.type("truncate needs a str, not " + Types.name(value));
    }
    return map(
        value,
        text -> {
          if (Sequences.length(text) <= length + leeway) {
            return text;
          }
          String cut = text.substring(0, text.offsetByCodePoints(0, length - end.length()));
          if (!Operators.truth(a[1])) {
            int space = cut.lastIndexOf(' ');
            cut = space < 0 ? cut : cut.substring(0, space);
          }
          return cut + end;
        });
  }

  private static Object wordWrap(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    String wrap = a[2] == null ? "\n" : Printing.str(a[2]);
    TextWrap wrapper =
        new TextWrap(Numbers.toInt(a[0]), Operators.truth(a[1]), Operators.truth(a[3]));
    List<String> lines = new ArrayList<>();
    for (String line : Strings.splitLines(Printing.str(value), false)) {
      lines.add(String.join(wrap, wrapper.wrap(line)));
    }
    return String.join(wrap, lines);
  }

  private static Object format(Evaluation evaluation, @Nullable Object value, Arguments arguments) {
    if (arguments.count() > 0 && !arguments.keywords().isEmpty()) {
      throw new PythonError(
          "FilterArgumentError", "can't handle positional and keyword arguments at the same time");
    }
    CharSequence text = value instanceof SafeString safe ? safe : Printing.str(value);
    if (arguments.keywords().isEmpty()) {
      return PercentFormat.format(text, Tuple.copyOf(arguments.positional()));
    }
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    DictMethods.update(map, arguments);
    return PercentFormat.format(text, map);
  }
}
