package dev.millrace.dbt.seed;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A column of a seed.
 *
 * @param name as the header has it
 * @param type as dbt names it: {@code integer}, {@code float8}, {@code timestamp without time
 *     zone}, or what {@code column_types} says
 * @param kind what its values look like
 */
public record SeedColumn(String name, String type, Kind kind) {
  /** What the values of a column look like. */
  public enum Kind {
    /** Decimal numbers, perhaps with a currency sign, percent sign or group separators. */
    NUMBER,
    /** Dates. */
    DATE,
    /** Dates with times. */
    DATETIME,
    /** {@code true} and {@code false}. */
    BOOLEAN,
    /** Anything, or a column whose type is given. */
    TEXT;

    /** The value as the engine can cast it; null for a null. */
    @Nullable String loadable(@Nullable String value) {
      if (value == null || value.isEmpty()) {
        return null;
      }
      if (this == TEXT) {
        return value;
      }
      String stripped = value.strip();
      if (stripped.isEmpty() || stripped.toLowerCase(Locale.ROOT).equals("null")) {
        return null;
      }
      return switch (this) {
        case NUMBER -> NumberText.plain(stripped);
        case BOOLEAN -> stripped.replace(",", "");
        default -> stripped;
      };
    }
  }
}
