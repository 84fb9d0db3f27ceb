package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.option.OptionBlock;
import java.util.Optional;
import java.util.Set;

/**
 * The systems that sources and sinks may name.
 *
 * @param target the chosen one, with its faultless systems
 * @param declared the names of all of its systems, faulty ones too
 */
record SystemNames(Target target, Set<String> declared) {
  /** Copies the set. */
  SystemNames {
    declared = Set.copyOf(declared);
  }

  /** The system of that name; one that the target does not declare is a problem. */
  Optional<SystemSpec> find(OptionBlock.Located name, Problems problems) {
    Optional<SystemSpec> system = target.system(name.text());
    if (system.isEmpty() && !declared.contains(name.text())) {
      String hint = Suggestion.didYouMean(name.text(), declared);
      problems.error(
          ProjectError.UNKNOWN_SYSTEM,
          name.where(),
          "target `" + target.name() + "` has no system `" + name.text() + "`",
          hint != null
              ? hint
              : "add it to millrace.yml: `" + name.text() + ": embedded`, or with its `url`");
    }
    return system;
  }
}
