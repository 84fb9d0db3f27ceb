package dev.millrace.api.fault;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A named point in the code at which a test can end the process as {@code kill -9} would. Points
 * are armed by the system property {@code millrace.fault}, a comma-separated list of {@code
 * name:n}: the process halts when the point is passed for the n-th time. Without the property a
 * point costs one field read.
 */
public final class FaultPoint {
  /** The exit code of a process that a fault point ended, as a shell reports {@code kill -9}. */
  public static final int EXIT_CODE = 137;

  private static final boolean ARMED = System.getProperty("millrace.fault") != null;
  private static final Map<String, AtomicInteger> LEFT = new ConcurrentHashMap<>();

  static {
    if (ARMED) {
      for (String entry : System.getProperty("millrace.fault").split(",")) {
        int colon = entry.indexOf(':');
        String name = colon < 0 ? entry : entry.substring(0, colon);
        int count = colon < 0 ? 1 : Integer.parseInt(entry.substring(colon + 1));
        LEFT.put(name, new AtomicInteger(count));
      }
    }
  }

  private FaultPoint() {}

  /**
   * Passes the point called {@code name}; does not return if a test wants the process to end here.
   * Thread-safe.
   */
  public static void pass(String name) {
    if (ARMED) {
      AtomicInteger left = LEFT.get(name);
      if (left != null && left.decrementAndGet() == 0) {
        Runtime.getRuntime().halt(EXIT_CODE);
      }
    }
  }
}
