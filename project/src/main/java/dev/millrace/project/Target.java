package dev.millrace.project;

import java.util.List;
import java.util.Optional;

/** One of the project's targets: where it runs and which systems it connects to. */
public record Target(String name, List<SystemSpec> systems) {
  /** Copies the list. */
  public Target {
    systems = List.copyOf(systems);
  }

  /** The system of that name. */
  public Optional<SystemSpec> system(String name) {
    return systems.stream().filter(s -> s.name().equals(name)).findFirst();
  }
}
