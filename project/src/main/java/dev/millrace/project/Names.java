package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names of one kind of thing: valid, and each used once, whatever its case. A name is known
 * even where the thing it names is faulty, so that one fault does not make others.
 */
final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Longer names do not fit PostgreSQL. */
  private static final int MAX_LENGTH = 63;

  private final String kind;
  private final Problems problems;
  private final boolean anyText;
  private final Map<String, SourceLocation> known = new LinkedHashMap<>();
  private final Map<String, String> spelling = new LinkedHashMap<>();

  /**
   * No names yet.
   *
   * @param kind for messages, such as {@code sink}
   */
  Names(String kind, Problems problems) {
    this(kind, problems, false);
  }

  private Names(String kind, Problems problems, boolean anyText) {
    this.kind = kind;
    this.problems = problems;
    this.anyText = anyText;
  }

  /** No columns yet; outside systems choose their names, so any text may be one. */
  static Names ofColumns(Problems problems) {
    return new Names("column", problems, true);
  }

  /** Adds a name; false, with a problem, if it is there already. */
  boolean add(String name, SourceLocation where) {
    SourceLocation first = known.putIfAbsent(name.toLowerCase(Locale.ROOT), where);
    spelling.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
    if (first != null) {
      problems.error(
          ProjectError.DUPLICATE_NAME,
          where,
          "two " + kind + "s have the name `" + name + "`",
          "the first one is at " + first);
      return false;
    }
    if (anyText) {
      return true;
    }
    if (!NAME.matcher(name).matches()) {
      problems.error(
          ProjectError.BAD_NAME,
          where,
          "`" + name + "` cannot be the name of a " + kind,
          "use letters, digits and underscores, and do not begin with a digit");
    } else if (name.length() > MAX_LENGTH) {
      problems.error(
          ProjectError.BAD_NAME,
          where,
          "the name of a " + kind + " has " + name.length() + " characters",
          "use at most " + MAX_LENGTH);
    } else if (name.startsWith("__dbt__")) {
      problems.error(
          ProjectError.BAD_NAME, where, "names that begin with `__dbt__` are reserved", null);
    }
    return true;
  }

  /** True for exactly this spelling. */
  boolean contains(String name) {
    return name.equals(spelling.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Every name, as it was written first. */
  List<String> all() {
    return List.copyOf(spelling.values());
  }
}
