package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.Sequences;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Constraints of a contract as DDL. */
final class Constraints {
  private Constraints() {}

  /** Columns with types and constraints; {@code raw} is {@code model.columns}. */
  static List<String> columns(@Nullable Object raw) {
    List<String> rendered = new ArrayList<>();
    if (raw instanceof Map<?, ?> columns) {
      for (Object value : columns.values()) {
        Map<?, ?> column = (Map<?, ?>) value;
        StringBuilder text = new StringBuilder();
        text.append(
                Operators.truth(column.get("quote"))
                    ? AdapterNames.quote(column.get("name"))
                    : Printing.str(column.get("name")))
            .append(' ')
            .append(Printing.str(column.get("data_type")));
        for (Object constraint : Sequences.list(orEmpty(column.get("constraints")))) {
          String one = column((Map<?, ?>) constraint);
          text.append(one == null ? "" : " " + one);
        }
        rendered.add(text.toString());
      }
    }
    return rendered;
  }

  private static Object orEmpty(@Nullable Object list) {
    return list == null ? List.of() : list;
  }

  private static String expression(Map<?, ?> constraint) {
    Object text = constraint.get("expression");
    return text == null ? "" : Printing.str(text);
  }

  private static @Nullable String column(@Nullable Map<?, ?> constraint) {
    if (constraint == null) {
      return null;
    }
    String expression = expression(constraint);
    String text =
        switch (Printing.str(constraint.get("type"))) {
          case "check" -> expression.isEmpty() ? null : "check (" + expression + ")";
          case "not_null" -> "not null " + expression;
          case "unique" -> "unique " + expression;
          case "primary_key" -> "primary key " + expression;
          case "foreign_key" -> references(constraint, expression);
          case "custom" -> expression.isEmpty() ? null : expression;
          default -> null;
        };
    return text == null ? null : text.strip();
  }

  private static @Nullable String references(Map<?, ?> constraint, String expression) {
    if (constraint.get("to") != null && constraint.get("to_columns") != null) {
      return "references "
          + Printing.str(constraint.get("to"))
          + " ("
          + list(constraint.get("to_columns"))
          + ")";
    }
    return expression.isEmpty() ? null : "references " + expression;
  }

  private static String list(@Nullable Object names) {
    return Sequences.list(orEmpty(names)).stream()
        .map(Printing::str)
        .collect(Collectors.joining(", "));
  }

  /** Constraints of a whole table; {@code raw} is {@code model.constraints}. */
  static List<String> model(@Nullable Object raw) {
    List<String> rendered = new ArrayList<>();
    for (Object item : Sequences.list(orEmpty(raw))) {
      String one = item instanceof Map<?, ?> map ? model(map) : null;
      if (one != null) {
        rendered.add(one);
      }
    }
    return rendered;
  }

  private static @Nullable String model(Map<?, ?> constraint) {
    String name =
        constraint.get("name") == null
            ? ""
            : "constraint " + Printing.str(constraint.get("name")) + " ";
    String columns = list(constraint.get("columns"));
    String expression = expression(constraint);
    String space = expression.isEmpty() ? "" : " " + expression;
    return switch (Printing.str(constraint.get("type"))) {
      case "check" -> expression.isEmpty() ? null : name + "check (" + expression + ")";
      case "unique" -> name + "unique" + space + " (" + columns + ")";
      case "primary_key" -> name + "primary key" + space + " (" + columns + ")";
      case "foreign_key" -> {
        String to = references(constraint, expression);
        yield to == null ? null : name + "foreign key (" + columns + ") " + to;
      }
      case "custom" -> expression.isEmpty() ? null : name + expression;
      default -> null;
    };
  }
}
