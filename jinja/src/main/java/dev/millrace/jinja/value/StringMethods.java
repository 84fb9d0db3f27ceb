package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of str. */
final class StringMethods {
  /** A method that maps text to text; on safe text the result is safe. */
  private interface TextBody {
    String apply(String self, @Nullable Object[] arguments);
  }

  private static final Map<String, Method> ALL = methods();

  private StringMethods() {}

  static @Nullable Method find(String name) {
    return ALL.get(name);
  }

  private static Map<String, Method> methods() {
    Signature.Methods all = new Signature.Methods();
    text(all, "upper()", (s, a) -> s.toUpperCase(Locale.ROOT));
    text(all, "lower()", (s, a) -> s.toLowerCase(Locale.ROOT));
    text(all, "casefold()", (s, a) -> s.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
    text(all, "capitalize()", (s, a) -> Strings.capitalize(s));
    text(all, "title()", (s, a) -> Strings.title(s));
    text(all, "swapcase()", (s, a) -> Strings.swapCase(s));
    text(all, "strip(chars=None)", (s, a) -> Strings.strip(s, chars(a[0]), true, true));
    text(all, "lstrip(chars=None)", (s, a) -> Strings.strip(s, chars(a[0]), true, false));
    text(all, "rstrip(chars=None)", (s, a) -> Strings.strip(s, chars(a[0]), false, true));
    text(
        all,
        "replace(old, new, count=-1)",
        (s, a) -> Strings.replace(s, string(a[0]), string(a[1]), Numbers.toInt(a[2])));
    text(all, "center(width, fillchar=' ')", (s, a) -> pad(s, a, '^'));
    text(all, "ljust(width, fillchar=' ')", (s, a) -> pad(s, a, '<'));
    text(all, "rjust(width, fillchar=' ')", (s, a) -> pad(s, a, '>'));
    text(all, "zfill(width)", (s, a) -> zeroFill(s, Numbers.toInt(a[0])));
    text(all, "expandtabs(tabsize=8)", (s, a) -> Strings.expandTabs(s, Numbers.toInt(a[0])));
    text(
        all,
        "removeprefix(prefix)",
        (s, a) -> s.startsWith(string(a[0])) ? s.substring(string(a[0]).length()) : s);
    text(
        all,
        "removesuffix(suffix)",
        (s, a) ->
            s.endsWith(string(a[0])) ? s.substring(0, s.length() - string(a[0]).length()) : s);
    searches(all);
    predicates(all);
    parts(all);
    return all.build();
  }

  private static void text(Signature.Methods all, String declaration, TextBody body) {
    all.add(
        declaration,
        (self, a) -> {
          String result = body.apply(string(self), a);
          return self instanceof SafeString ? new SafeString(result) : result;
        });
  }

  private static void searches(Signature.Methods all) {
    all.add(
        "count(sub, start=None, end=None)",
        (self, a) -> {
          String part = window(self, a);
          return (long) Strings.count(part, string(a[0]));
        });
    all.add("find(sub, start=None, end=None)", (self, a) -> find(self, a, false));
    all.add("rfind(sub, start=None, end=None)", (self, a) -> find(self, a, true));
    all.add("index(sub, start=None, end=None)", (self, a) -> found(find(self, a, false)));
    all.add("rindex(sub, start=None, end=None)", (self, a) -> found(find(self, a, true)));
    all.add(
        "startswith(prefix, start=None, end=None)",
        (self, a) -> affix("startswith", a[0], window(self, a)::startsWith));
    all.add(
        "endswith(suffix, start=None, end=None)",
        (self, a) -> affix("endswith", a[0], window(self, a)::endsWith));
  }

  private static void predicates(Signature.Methods all) {
    predicate(all, "isalpha", Character::isLetter);
    predicate(all, "isalnum", c -> Character.isLetter(c) || Strings.isNumeric(c));
    predicate(all, "isdigit", c -> Character.isDigit(c) || Strings.isSuperscript(c));
    predicate(all, "isdecimal", Character::isDigit);
    predicate(all, "isnumeric", Strings::isNumeric);
    predicate(all, "isspace", Strings::isSpace);
    all.add("isascii()", (self, a) -> string(self).codePoints().allMatch(c -> c < 128));
    all.add("isprintable()", (self, a) -> string(self).codePoints().allMatch(Printing::printable));
    all.add("isupper()", (self, a) -> Strings.isCase(string(self), true));
    all.add("islower()", (self, a) -> Strings.isCase(string(self), false));
    all.add(
        "istitle()",
        (self, a) ->
            string(self).codePoints().anyMatch(Character::isLetter)
                && Strings.title(string(self)).equals(string(self)));
    all.add("isidentifier()", (self, a) -> Strings.isIdentifier(string(self)));
  }

  private static void predicate(Signature.Methods all, String name, IntPredicate test) {
    all.add(
        name + "()",
        (self, a) -> !string(self).isEmpty() && string(self).codePoints().allMatch(test));
  }

  private static void parts(Signature.Methods all) {
    all.add(
        "split(sep=None, maxsplit=-1)",
        (self, a) -> same(self, Strings.split(string(self), chars(a[0]), Numbers.toInt(a[1]))));
    all.add(
        "rsplit(sep=None, maxsplit=-1)",
        (self, a) -> same(self, Strings.rsplit(string(self), chars(a[0]), Numbers.toInt(a[1]))));
    all.add(
        "splitlines(keepends=False)",
        (self, a) -> same(self, Strings.splitLines(string(self), Operators.truth(a[0]))));
    all.add("partition(sep)", (self, a) -> partition(self, string(a[0]), false));
    all.add("rpartition(sep)", (self, a) -> partition(self, string(a[0]), true));
    all.add("join(iterable)", (self, a) -> join(self, a[0]));
    all.add(
        "format_map(mapping)",
        (self, a) -> BraceFormat.format(Objects.requireNonNull(self), Arguments.NONE, a[0]));
    all.add("translate(table)", (self, a) -> translate(string(self), a[0]));
    all.raw(
        "format",
        (self, arguments) -> BraceFormat.format(Objects.requireNonNull(self), arguments, null));
  }

  static String string(@Nullable Object value) {
    if (value instanceof CharSequence text) {
      return text.toString();
    }
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    throw PythonError.type("expected str, got " + Types.name(value));
  }

  private static @Nullable String chars(@Nullable Object value) {
    return value == null ? null : string(value);
  }

  private static String pad(String text, @Nullable Object[] a, char align) {
    String fill = string(a[1]);
    if (fill.codePointCount(0, fill.length()) != 1) {
      throw PythonError.type("The fill character must be exactly one character long");
    }
    return Strings.pad(text, Numbers.toInt(a[0]), fill, align);
  }

  private static String zeroFill(String text, int width) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    int missing = Math.max(0, width - CodePoints.length(text));
    String zeros = "0".repeat(missing);
    return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
  }

  private static String window(@Nullable Object self, @Nullable Object[] a) {
    String text = string(self);
    return a[1] == null && a[2] == null ? text : new Slice(a[1], a[2], null).of(text).toString();
  }

  private static Object find(@Nullable Object self, @Nullable Object[] a, boolean last) {
    String text = string(self);
    String part = window(self, a);
    int at = last ? part.lastIndexOf(string(a[0])) : part.indexOf(string(a[0]));
    long start =
        a[1] == null ? 0 : new Slice(a[1], null, null).bounds(CodePoints.length(text)).start();
    return at < 0 ? -1L : CodePoints.index(part, at) + start;
  }

  private static Object found(Object index) {
    if (index.equals(-1L)) {
      throw PythonError.value("substring not found");
    }
    return index;
  }

  private static Object affix(
      String method, @Nullable Object affix, java.util.function.Predicate<String> test) {
    if (affix instanceof Tuple tuple) {
      return tuple.stream().anyMatch(item -> test.test(string(item)));
    }
    if (!(affix instanceof CharSequence)) {
      throw PythonError.type(
          method + " first arg must be str or a tuple of str, not " + Types.name(affix));
    }
    return test.test(affix.toString());
  }

  private static List<@Nullable Object> same(@Nullable Object self, List<String> parts) {
    List<@Nullable Object> result = new ArrayList<>(parts.size());
    parts.forEach(part -> result.add(self instanceof SafeString ? new SafeString(part) : part));
    return result;
  }

  private static Object partition(@Nullable Object self, String separator, boolean last) {
    String text = string(self);
    if (separator.isEmpty()) {
      throw PythonError.value("empty separator");
    }
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) {
      return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  private static Object join(@Nullable Object self, @Nullable Object items) {
    StringBuilder out = new StringBuilder();
    int index = 0;
    for (Object item : Sequences.list(items)) {
      if (!(item instanceof CharSequence text)) {
        throw PythonError.type(
            "sequence item " + index + ": expected str instance, " + Types.name(item) + " found");
      }
      out.append(index++ == 0 ? "" : string(self));
      out.append(self instanceof SafeString ? SafeString.escape(text).text() : text);
    }
    return self instanceof SafeString ? new SafeString(out.toString()) : out.toString();
  }

  private static String translate(String text, @Nullable Object table) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              Object to = table instanceof Map<?, ?> map ? Dicts.get(map, (long) c) : Missing.VALUE;
              if (to == Missing.VALUE) {
                out.appendCodePoint(c);
              } else if (Numbers.isInt(to)) {
                out.appendCodePoint(Numbers.toInt(to));
              } else if (to != null) {
                out.append(string(to));
              }
            });
    return out.toString();
  }
}
