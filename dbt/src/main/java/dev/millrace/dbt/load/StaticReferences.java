package dev.millrace.dbt.load;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.context.ParsedNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code ref('a')} and {@code source('a', 'b')} with constants, without a template. */
final class StaticReferences {
  private static final Pattern CALL =
      Pattern.compile("\\s*(?:\\{\\{\\s*)?(ref|source)\\s*\\(([^()]*)\\)\\s*(?:\\}\\})?\\s*");
  private static final Pattern ARGUMENT =
      Pattern.compile(
          "\\s*(?:(version|v|package)\\s*=\\s*)?(?:'([^'\\\\]*)'|\"([^\"\\\\]*)\"|([0-9.]+))\\s*"
              + "(,|$)");

  private StaticReferences() {}

  private record Call(String function, List<String> positional, Optional<String> version) {}

  /** The call, if that is all that the text is. */
  static Optional<ParsedNode.RefCall> ref(String text, SourceLocation where) {
    return parse(text, "ref")
        .filter(c -> c.positional().size() == 1 || c.positional().size() == 2)
        .map(
            c -> {
              int last = c.positional().size() - 1;
              Optional<String> packageName =
                  last == 1 ? Optional.of(c.positional().get(0)) : Optional.empty();
              return new ParsedNode.RefCall(
                  packageName, c.positional().get(last), c.version(), where);
            });
  }

  /** The call, if that is all that the text is. */
  static Optional<ParsedNode.SourceCall> source(String text, SourceLocation where) {
    return parse(text, "source")
        .filter(c -> c.positional().size() == 2 && c.version().isEmpty())
        .map(c -> new ParsedNode.SourceCall(c.positional().get(0), c.positional().get(1), where));
  }

  private static Optional<Call> parse(String text, String function) {
    Matcher call = CALL.matcher(text);
    if (!call.matches() || !call.group(1).equals(function)) {
      return Optional.empty();
    }
    String arguments = call.group(2);
    Matcher argument = ARGUMENT.matcher(arguments);
    List<String> positional = new ArrayList<>();
    Optional<String> version = Optional.empty();
    int at = 0;
    while (at < arguments.length()) {
      if (!argument.find(at) || argument.start() != at) {
        return Optional.empty();
      }
      String value =
          argument.group(2) != null
              ? argument.group(2)
              : argument.group(3) != null ? argument.group(3) : argument.group(4);
      if (argument.group(1) == null) {
        positional.add(value);
      } else if (argument.group(1).equals("package")) {
        positional.add(0, value);
      } else {
        version = Optional.of(value);
      }
      at = argument.end();
    }
    return Optional.of(new Call(function, positional, version));
  }
}
