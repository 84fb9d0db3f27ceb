package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Python's module {@code re} over Java's regular expressions. */
final class ReModule {
  private static final Pattern NAMED = Pattern.compile("\\(\\?P<(\\w+)>");
  private static final Pattern REPLACEMENT = Pattern.compile("\\\\(?:g<(\\w+)>|(\\d+)|(.))");
  static final Map<String, Object> ALL = new LinkedHashMap<>();

  static {
    flag(Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE, "I", "IGNORECASE");
    flag(Pattern.MULTILINE, "M", "MULTILINE");
    flag(Pattern.DOTALL, "S", "DOTALL");
    flag(Pattern.COMMENTS, "X", "VERBOSE");
    for (String name : List.of("match", "search", "fullmatch", "findall", "finditer", "split")) {
      ALL.put(
          name,
          Members.function(
              name + "(pattern, string, flags=0)",
              a -> new Regex(pattern(a[0], a[2])).call(name, Printing.str(a[1]), 0)));
    }
    ALL.put(
        "sub",
        Members.function(
            "sub(pattern, repl, string, count=0, flags=0)",
            a -> sub(pattern(a[0], a[4]), a[1], Printing.str(a[2]), Numbers.toInt(a[3]))));
    ALL.put(
        "compile",
        Members.function("compile(pattern, flags=0)", a -> new Regex(pattern(a[0], a[1]))));
    ALL.put(
        "escape",
        Members.function(
            "escape(pattern)",
            a -> Printing.str(a[0]).replaceAll("[^\\w\\s!\"%',/:;<=>@`]", "\\\\$0")));
  }

  private ReModule() {}

  private static void flag(int value, String... names) {
    for (String name : names) {
      ALL.put(name, (long) value);
    }
  }

  /** Python spells groups with names otherwise, and a brace that bounds nothing is itself there. */
  private static Pattern pattern(@Nullable Object value, @Nullable Object flags) {
    if (value instanceof Regex regex) {
      return regex.pattern;
    }
    String text =
        NAMED
            .matcher(Printing.str(value))
            .replaceAll("(?<$1>")
            .replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>")
            .replaceAll("(?<!\\\\)\\{(?!(\\d+(,\\d*)?|,\\d+)\\})", "\\\\{")
            .replaceAll("\\{,(\\d+)\\}", "{0,$1}");
    try {
      return Pattern.compile(text, Numbers.toInt(flags) | Pattern.UNICODE_CASE);
    } catch (PatternSyntaxException e) {
      throw new PythonError("error", String.valueOf(e.getMessage()));
    }
  }

  private static String sub(Pattern pattern, @Nullable Object replacement, String text, int count) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder out = new StringBuilder();
    int done = 0;
    while ((count == 0 || done < count) && matcher.find()) {
      String with =
          replacement instanceof Callable function
              ? Printing.str(
                  function.call(Arguments.of(new Match(matcher.toMatchResult(), pattern))))
              : expand(Printing.str(replacement), matcher);
      matcher.appendReplacement(out, Matcher.quoteReplacement(with));
      done++;
    }
    return matcher.appendTail(out).toString();
  }

  private static String expand(String template, Matcher match) {
    return REPLACEMENT
        .matcher(template)
        .replaceAll(
            part -> {
              String group = part.group(1) != null ? part.group(1) : part.group(2);
              if (group == null) {
                String escaped = part.group(3);
                return Matcher.quoteReplacement(
                    escaped.equals("n")
                        ? "\n"
                        : escaped.equals("t")
                            ? "\t"
                            : escaped.equals("\\") ? "\\" : "\\" + escaped);
              }
              String found =
                  group.matches("\\d+") ? match.group(Integer.parseInt(group)) : match.group(group);
              return Matcher.quoteReplacement(found == null ? "" : found);
            });
  }

  /** A compiled pattern. */
  private static final class Regex implements Attributes {
    private final Pattern pattern;

    Regex(Pattern pattern) {
      this.pattern = pattern;
    }

    @Nullable Object call(String method, String text, int limit) {
      Matcher matcher = pattern.matcher(text);
      return switch (method) {
        case "match" -> matcher.lookingAt() ? new Match(matcher.toMatchResult(), pattern) : null;
        case "fullmatch" -> matcher.matches() ? new Match(matcher.toMatchResult(), pattern) : null;
        case "search" -> matcher.find() ? new Match(matcher.toMatchResult(), pattern) : null;
        case "findall" -> matcher.results().map(Regex::found).toList();
        case "finditer" ->
            matcher.results().map(result -> (Object) new Match(result, pattern)).toList();
        default -> split(matcher, text, limit);
      };
    }

    private static Object found(MatchResult result) {
      if (result.groupCount() == 0) {
        return result.group();
      }
      List<Object> groups = new ArrayList<>();
      for (int i = 1; i <= result.groupCount(); i++) {
        groups.add(result.group(i) == null ? "" : result.group(i));
      }
      return groups.size() == 1 ? groups.get(0) : Tuple.copyOf(groups);
    }

    private static List<@Nullable Object> split(Matcher matcher, String text, int limit) {
      List<@Nullable Object> parts = new ArrayList<>();
      int from = 0;
      int done = 0;
      while ((limit == 0 || done++ < limit) && matcher.find()) {
        parts.add(text.substring(from, matcher.start()));
        for (int i = 1; i <= matcher.groupCount(); i++) {
          parts.add(matcher.group(i));
        }
        from = matcher.end();
      }
      parts.add(text.substring(from));
      return parts;
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "match", "search", "fullmatch", "findall", "finditer" ->
            Members.function(name + "(string)", a -> call(name, Printing.str(a[0]), 0));
        case "split" ->
            Members.function(
                "split(string, maxsplit=0)",
                a -> call(name, Printing.str(a[0]), Numbers.toInt(a[1])));
        case "sub" ->
            Members.function(
                "sub(repl, string, count=0)",
                a -> sub(pattern, a[0], Printing.str(a[1]), Numbers.toInt(a[2])));
        case "pattern" -> pattern.pattern();
        default -> ABSENT;
      };
    }

    @Override
    public String typeName() {
      return "re.Pattern";
    }
  }

  /** A match. */
  private record Match(MatchResult result, Pattern pattern) implements Attributes {
    private @Nullable Object group(@Nullable Object key) {
      if (Numbers.isInt(key)) {
        int index = Numbers.toInt(key);
        if (index > result.groupCount()) {
          throw PythonError.index("no such group");
        }
        return result.group(index);
      }
      Integer index = groups().get(Printing.str(key));
      if (index == null) {
        throw PythonError.index("no such group");
      }
      return result.group(index);
    }

    /** The numbers of groups with names. */
    private Map<String, Integer> groups() {
      Map<String, Integer> numbers = new LinkedHashMap<>();
      String text = pattern.pattern();
      int number = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '\\') {
          i++;
        } else if (c == '('
            && text.startsWith("(?<", i)
            && !text.startsWith("(?<=", i)
            && !text.startsWith("(?<!", i)) {
          numbers.put(text.substring(i + 3, text.indexOf('>', i)), ++number);
        } else if (c == '(' && !text.startsWith("(?", i)) {
          number++;
        }
      }
      return numbers;
    }

    private Tuple all() {
      List<@Nullable Object> groups = new ArrayList<>();
      for (int i = 1; i <= result.groupCount(); i++) {
        groups.add(result.group(i));
      }
      return Tuple.copyOf(groups);
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "group" ->
            (Callable)
                arguments -> {
                  if (arguments.count() < 2) {
                    return group(arguments.get(0, "group", 0L));
                  }
                  List<@Nullable Object> some = new ArrayList<>();
                  arguments.positional().forEach(key -> some.add(group(key)));
                  return Tuple.copyOf(some);
                };
        case "groups" -> (Callable) arguments -> all();
        case "groupdict" ->
            (Callable)
                arguments -> {
                  Map<String, @Nullable Object> named = new LinkedHashMap<>();
                  groups().forEach((key, index) -> named.put(key, result.group(index)));
                  return named;
                };
        case "start" ->
            Members.function("start(group=0)", a -> (long) result.start(Numbers.toInt(a[0])));
        case "end" -> Members.function("end(group=0)", a -> (long) result.end(Numbers.toInt(a[0])));
        case "span" ->
            Members.function(
                "span(group=0)",
                a ->
                    Tuple.of(
                        (long) result.start(Numbers.toInt(a[0])),
                        (long) result.end(Numbers.toInt(a[0]))));
        default -> ABSENT;
      };
    }

    @Override
    public String typeName() {
      return "re.Match";
    }
  }
}
