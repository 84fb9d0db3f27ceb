package dev.millrace.api.function;

import java.util.List;

/**
 * Provides functions, found through {@link java.util.ServiceLoader}: a jar in the project's folder
 * {@code lib} names its class in {@code
 * META-INF/services/dev.millrace.api.function.FunctionProvider}. The class is public and has a
 * public constructor without parameters.
 */
public interface FunctionProvider {
  /** The functions; asked for once at each start, and once by each `check`. */
  List<ScalarFunction> functions();
}
