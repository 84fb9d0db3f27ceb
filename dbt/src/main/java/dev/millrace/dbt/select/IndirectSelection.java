package dev.millrace.dbt.select;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Which tests are selected with what they test. */
public enum IndirectSelection {
  /** Tests of which one parent is selected. */
  EAGER,
  /** Tests of which all parents are selected. */
  CAUTIOUS,
  /** Tests of which all parents are selected, or are ancestors of what is selected. */
  BUILDABLE,
  /** None. */
  EMPTY;

  /** dbt's name of it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name. */
  public static Optional<IndirectSelection> of(String text) {
    return Stream.of(values()).filter(v -> v.text().equals(text)).findFirst();
  }
}
