package dev.millrace.dbt.context;

import dev.millrace.jinja.Origin;
import dev.millrace.jinja.PlacedCallable;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import org.jspecify.annotations.Nullable;

/** {@code ref} and {@code source}: functions that have a {@code config}, too. */
final class ReferenceFunction implements PlacedCallable, Attributes {
  private final PlacedCallable function;
  private final ParseSetting setting;

  ReferenceFunction(PlacedCallable function, ParseSetting setting) {
    this.function = function;
    this.setting = setting;
  }

  @Override
  public @Nullable Object call(Arguments arguments, Origin where) {
    return function.call(arguments, where);
  }

  @Override
  public @Nullable Object attribute(String name) {
    return name.equals("config") ? RuntimeConfig.of(setting) : ABSENT;
  }
}
