package dev.millrace.embedded;

/**
 * A kind of system that can be {@code embedded}, found through {@link java.util.ServiceLoader}.
 * Stateless.
 */
public interface EmbeddedSystemType {
  /** The type in a target, such as {@code postgres}. */
  String type();

  /**
   * A system, not yet started, whose data lives in a folder of its own.
   *
   * @param name the system's name in the target
   * @param project the project's name
   * @param folder the project's data folder
   * @param ports where to ask for ports
   */
  EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports);
}
