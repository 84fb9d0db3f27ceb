package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.store.Instants;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What differs from batch to batch in SQL that is else the same: the watermarks of sources, the id
 * of the first record of each, and the time, written as {@code getvariable('name')}. All are
 * numbers; instants are microseconds since 1970.
 */
final class BatchVariables {
  private static final Pattern VARIABLE = Pattern.compile("getvariable\\('([^']*)'\\)");
  private static final String FIRST_ID = "first_";

  private final Map<String, @Nullable Long> values = new HashMap<>();

  /**
   * The variables of a batch.
   *
   * @param firstId of a source's records
   * @param nowMicros microseconds since 1970
   */
  BatchVariables(List<Admission> sources, ToLongFunction<Admission> firstId, long nowMicros) {
    for (Admission source : sources) {
      long micros = source.watermarks().micros();
      values.put(Admission.variable(source.stream()), micros == Watermarks.UNKNOWN ? null : micros);
      values.put(FIRST_ID + source.relation().name(), firstId.applyAsLong(source));
    }
    values.put(Outbox.NOW, nowMicros);
  }

  /** SQL of the id of a source's first record. */
  static String firstId(Admission source) {
    return "getvariable('" + FIRST_ID + source.relation().name() + "')";
  }

  /** SQL with literals in place of variables. */
  String literals(String sql) {
    return VARIABLE
        .matcher(sql)
        .replaceAll(found -> Matcher.quoteReplacement(literal(found.group(1))));
  }

  private String literal(String name) {
    Long value = value(name);
    if (name.startsWith(FIRST_ID)) {
      return String.valueOf(value);
    }
    return Instants.sql(value == null ? Instants.UNKNOWN : value);
  }

  private @Nullable Long value(String name) {
    if (!values.containsKey(name)) {
      throw new IllegalStateException("no variable " + name);
    }
    return values.get(name);
  }

  /**
   * SQL with parameters in place of variables.
   *
   * @param names the variable of each parameter; DuckDB plans a statement anew at every run if a
   *     parameter occurs in it twice, so each occurrence has one of its own
   */
  record Parameterized(String sql, List<String> names) {}

  static Parameterized parameters(String sql) {
    List<String> names = new ArrayList<>();
    String text =
        VARIABLE
            .matcher(sql)
            .replaceAll(found -> Matcher.quoteReplacement(parameter(found.group(1), names)));
    return new Parameterized(text, names);
  }

  private static String parameter(String name, List<String> names) {
    names.add(name);
    String value = "$" + names.size() + "::BIGINT";
    if (name.startsWith(FIRST_ID)) {
      return value;
    }
    if (name.equals(Outbox.NOW)) {
      return "make_timestamptz(" + value + ")";
    }
    names.add(name);
    return "(CASE "
        + value
        + " WHEN "
        + Instants.INFINITE
        + " THEN 'infinity'::TIMESTAMPTZ ELSE make_timestamptz($"
        + names.size()
        + "::BIGINT) END)";
  }

  /** The parameters' values. */
  List<Optional<Long>> values(List<String> names) {
    return names.stream().map(name -> Optional.ofNullable(value(name))).toList();
  }
}
