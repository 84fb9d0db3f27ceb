package dev.millrace.api.function;

import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function of one row, called in SQL by its name.
 *
 * <p>It has to be <em>deterministic</em>: equal arguments give equal results, at any time, in any
 * process. Streams take rows back by computing them again, and rely on it. It may be called by
 * several threads at once, and for rows that are later rejected or computed again.
 *
 * <p>Values have the classes that {@link dev.millrace.api.type.Batch} promises for their types. An
 * exception rejects the row whose values they are ({@code system.rejected} has its message); where
 * no single row can be blamed, as behind an aggregate, it stops the stream.
 *
 * @param name lower case letters, digits and underscores; no function of DuckDB has it
 * @param parameters the types of the arguments; SQL casts to them where it does so implicitly
 * @param result the type of the result
 * @param calledOnNull false if a null argument gives null without a call
 * @param body computes the result
 */
public record ScalarFunction(
    String name, List<DataType> parameters, DataType result, boolean calledOnNull, Body body) {
  /** Copies the list. */
  public ScalarFunction {
    parameters = List.copyOf(parameters);
  }

  /** Computes one result. */
  @FunctionalInterface
  public interface Body {
    /**
     * The result for one row.
     *
     * @param arguments one for each parameter; null only if the function is called on null
     * @return null for SQL's NULL
     * @throws Exception if the arguments have no result; its message is told
     */
    @Nullable Object apply(@Nullable Object[] arguments) throws Exception;
  }

  /**
   * A function that gives null for a null argument without being called.
   *
   * @param result the type of the result, as SQL writes it
   * @param parameters the types of the arguments, as SQL writes them
   * @throws IllegalArgumentException if a text is no type
   */
  public static ScalarFunction of(String name, String result, List<String> parameters, Body body) {
    List<DataType> types = new ArrayList<>();
    parameters.forEach(p -> types.add(type(name, p)));
    return new ScalarFunction(name, types, type(name, result), false, body);
  }

  /** The same function, called for null arguments too. */
  public ScalarFunction withNulls() {
    return new ScalarFunction(name, parameters, result, true, body);
  }

  private static DataType type(String function, String text) {
    return DataTypeParser.parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "function `" + function + "`: `" + text + "` is no type"));
  }

  /** As it is called: {@code name(BIGINT, VARCHAR)}. */
  public String signature() {
    return name
        + "("
        + String.join(", ", parameters.stream().map(DataType::toString).toList())
        + ")";
  }
}
