package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A column as templates see it: {@code api.Column}.
 *
 * @param name of it
 * @param type in the engine's words, as {@code dtype}
 * @param size of a text's type; null if it has none
 * @param precision of a number's type; null if it has none
 * @param scale of a number's type; null if it has none
 */
record TemplateColumn(
    String name,
    String type,
    @Nullable Object size,
    @Nullable Object precision,
    @Nullable Object scale)
    implements Attributes {
  private static final Set<String> TEXTS =
      Set.of("text", "character varying", "character", "varchar");
  private static final Set<String> FLOATS = Set.of("real", "float", "float4", "float8", "double");
  private static final Set<String> INTEGERS =
      Set.of(
          "tinyint",
          "smallint",
          "integer",
          "bigint",
          "hugeint",
          "utinyint",
          "usmallint",
          "uinteger",
          "ubigint",
          "int1",
          "int2",
          "int4",
          "int8",
          "short",
          "int",
          "signed",
          "long");

  static TemplateColumn of(String name, String type) {
    return new TemplateColumn(name, type, null, null, null);
  }

  private boolean is(Set<String> types) {
    return types.contains(type.toLowerCase(Locale.ROOT));
  }

  private boolean isText() {
    return is(TEXTS);
  }

  private boolean isNumeric() {
    return is(Set.of("numeric", "decimal"));
  }

  private long textSize() {
    if (!isText()) {
      throw new PythonError("DbtRuntimeError", "Called string_size() on non-string field!");
    }
    return type.equalsIgnoreCase("text") || size == null ? 256 : Long.parseLong(Printing.str(size));
  }

  /** The type with its size. */
  String dataType() {
    if (isText()) {
      return stringType(textSize());
    }
    return isNumeric() ? numericType(type, precision, scale) : type;
  }

  static String stringType(@Nullable Object size) {
    return "character varying(" + Printing.str(size) + ")";
  }

  static String numericType(String type, @Nullable Object precision, @Nullable Object scale) {
    return precision == null || scale == null
        ? type
        : type + "(" + Printing.str(precision) + "," + Printing.str(scale) + ")";
  }

  @Override
  public @Nullable Object attribute(String attribute) {
    return switch (attribute) {
      case "name", "column" -> name;
      case "dtype" -> type;
      case "char_size" -> size;
      case "numeric_precision" -> precision;
      case "numeric_scale" -> scale;
      case "quoted" -> "\"" + name + "\"";
      case "data_type", "expanded_data_type" -> dataType();
      case "fields" -> List.of();
      case "is_string" -> (Callable) arguments -> isText();
      case "is_number" -> (Callable) arguments -> isNumeric() || is(INTEGERS) || is(FLOATS);
      case "is_float" -> (Callable) arguments -> is(FLOATS);
      case "is_integer" -> (Callable) arguments -> is(INTEGERS);
      case "is_numeric" -> (Callable) arguments -> isNumeric();
      case "is_struct" ->
          (Callable) arguments -> type.toLowerCase(Locale.ROOT).startsWith("struct");
      case "flatten" -> (Callable) arguments -> List.of(this);
      case "string_size" -> (Callable) arguments -> textSize();
      case "can_expand_to" ->
          Members.function(
              "can_expand_to(other_column)",
              a ->
                  a[0] instanceof TemplateColumn other
                      && isText()
                      && other.isText()
                      && other.textSize() > textSize());
      case "literal" ->
          Members.function("literal(value)", a -> Printing.str(a[0]) + "::" + dataType());
      default -> TemplateApi.COLUMN.attribute(attribute);
    };
  }

  @Override
  public String typeName() {
    return "DuckDBColumn";
  }

  @Override
  public String toString() {
    return "<DuckDBColumn " + name + " (" + dataType() + ")>";
  }
}
