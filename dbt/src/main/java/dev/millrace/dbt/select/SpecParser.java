package dev.millrace.dbt.select;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.select.SelectionSpec.Combination;
import dev.millrace.dbt.select.SelectionSpec.Criterion;
import dev.millrace.dbt.select.SelectionSpec.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads selections as the command line has them. */
final class SpecParser {
  private static final Pattern SPEC =
      Pattern.compile(
          "(?<at>@)?(?<parents>(?<up>\\d*)\\+)?((?<method>[\\w.]+):)?(?<value>.*?)"
              + "(?<children>\\+(?<down>\\d*))?");

  private final IndirectSelection indirect;
  private final Problems problems;

  SpecParser(IndirectSelection indirect, Problems problems) {
    this.indirect = indirect;
    this.problems = problems;
  }

  /** Everything that one of the texts selects; parts are separated by spaces. */
  Group union(List<String> texts, boolean written) {
    List<SelectionSpec> parts = new ArrayList<>();
    for (String text : texts) {
      for (String part : text.strip().split("\\s+")) {
        if (!part.isEmpty()) {
          parts.add(intersection(part, written));
        }
      }
    }
    return new Group(Combination.UNION, parts, indirect, Optional.empty());
  }

  /** What all parts select; they are separated by commas. */
  private Group intersection(String text, boolean written) {
    List<SelectionSpec> parts = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      criterion(part, null).ifPresent(parts::add);
    }
    return new Group(
        Combination.INTERSECTION, parts, indirect, written ? Optional.of(text) : Optional.empty());
  }

  /** One criterion; empty, with a problem, if it is none. */
  Optional<Criterion> criterion(String text, @Nullable SourceLocation where) {
    Matcher matcher = SPEC.matcher(text);
    if (!matcher.matches()) {
      bad(where, "`" + text + "` selects nothing", null);
      return Optional.empty();
    }
    boolean at = matcher.group("at") != null;
    boolean children = matcher.group("children") != null;
    if (at && children) {
      bad(where, "`" + text + "`: `@` before and `+` behind do not go together", "leave one out");
      return Optional.empty();
    }
    String value = matcher.group("value");
    String method = matcher.group("method") == null ? method(value) : matcher.group("method");
    return criterion(
        text,
        method,
        value,
        at,
        matcher.group("parents") == null ? 0 : depth(matcher.group("up")),
        children ? depth(matcher.group("down")) : 0,
        indirect,
        where);
  }

  /** One criterion whose parts are known. */
  Optional<Criterion> criterion(
      String raw,
      String method,
      String value,
      boolean at,
      int parents,
      int children,
      IndirectSelection how,
      @Nullable SourceLocation where) {
    String[] parts = method.split("\\.");
    if (!Methods.NAMES.contains(parts[0])) {
      problems.error(
          SelectError.UNKNOWN_METHOD,
          where,
          "`" + raw + "`: no method `" + parts[0] + "`",
          Suggestion.didYouMean(parts[0], Methods.NAMES));
      return Optional.empty();
    }
    List<String> arguments = List.of(parts).subList(1, parts.length);
    return Optional.of(new Criterion(raw, parts[0], arguments, value, at, parents, children, how));
  }

  /** What is meant where no method is written. */
  static String method(String value) {
    if (value.contains("/")) {
      return "path";
    }
    String lower = value.toLowerCase(Locale.ROOT);
    return lower.endsWith(".sql") || lower.endsWith(".py") || lower.endsWith(".csv")
        ? "file"
        : "fqn";
  }

  private static int depth(@Nullable String digits) {
    return digits == null || digits.isEmpty() ? -1 : Integer.parseInt(digits);
  }

  private void bad(@Nullable SourceLocation where, String message, @Nullable String hint) {
    problems.error(SelectError.BAD_SELECTION, where, message, hint);
  }
}
