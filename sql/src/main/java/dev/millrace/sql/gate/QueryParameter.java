package dev.millrace.sql.gate;

import dev.millrace.api.type.DataType;
import java.util.Optional;

/**
 * A value that a query may use as {@code $name}.
 *
 * @param name without the dollar sign
 * @param type what the value is cast to
 * @param value the value as text that DuckDB casts to the type; empty is NULL
 */
public record QueryParameter(String name, DataType type, Optional<String> value) {}
