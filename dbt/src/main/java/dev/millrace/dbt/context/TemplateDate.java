package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Python's {@code date}. */
record TemplateDate(LocalDate date) implements Attributes, Comparable<TemplateDate> {
  @Override
  public @Nullable Object attribute(String name) {
    return ABSENT;
  }

  @Override
  public int compareTo(TemplateDate other) {
    return date.compareTo(other.date);
  }

  @Override
  public String typeName() {
    return "date";
  }

  @Override
  public String toString() {
    return date.toString();
  }
}
