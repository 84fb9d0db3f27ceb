package dev.millrace.project;

import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.error.Problems;
import dev.millrace.project.option.OptionBlock;
import java.util.List;
import java.util.Optional;

/** Reads which systems a source names: the one to read from, and the one for its ledger. */
final class SourceSystem {
  private static final String KEY = "system";
  private static final String LEDGER = "ledger";

  private final SystemNames systems;
  private final Problems problems;

  SourceSystem(SystemNames systems, Problems problems) {
    this.systems = systems;
    this.problems = problems;
  }

  /**
   * The name in a source's block.
   *
   * @param connector the source's, if it runs in this target
   */
  Optional<String> read(OptionBlock block, Optional<SourceConnector> connector) {
    if (connector.isEmpty()) {
      return Optional.empty();
    }
    String reader = connector.get().name();
    List<String> types = connector.get().systemTypes();
    Optional<OptionBlock.Located> name = block.located(KEY);
    if (name.isEmpty()) {
      if (connector.get().requiresSystem()) {
        problems.error(
            ProjectError.MISSING_KEY,
            block.where(),
            "connector `" + reader + "` reads from a system, and the source names none",
            "add `system`, the name of one of type " + words(types) + " in millrace.yml");
      }
      return Optional.empty();
    }
    if (types.isEmpty()) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.keyPlace(KEY),
          "connector `" + reader + "` reads from no system",
          "remove `system`");
      return Optional.empty();
    }
    find(name.get(), types, "connector `" + reader + "` does not read from a system of type");
    return name.map(OptionBlock.Located::text);
  }

  /**
   * The system in which others share a source's ledger; empty if it is in Kafka only.
   *
   * @param connector the source's, if it runs in this target
   */
  Optional<String> readLedger(OptionBlock block, Optional<SourceConnector> connector) {
    Optional<OptionBlock.Located> name =
        block
            .located(LEDGER)
            .filter(n -> connector.isPresent())
            .filter(n -> !n.text().equals(TargetReader.KAFKA));
    if (name.isEmpty()) {
      return Optional.empty();
    }
    String reader = connector.orElseThrow().name();
    List<String> types = connector.orElseThrow().ledgerTypes();
    if (types.isEmpty()) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.keyPlace(LEDGER),
          "connector `" + reader + "` keeps no ledger",
          "remove `ledger`");
      return Optional.empty();
    }
    find(name.get(), types, "connector `" + reader + "` keeps no ledger in a system of type");
    return name.map(OptionBlock.Located::text);
  }

  private void find(OptionBlock.Located name, List<String> types, String wrong) {
    systems
        .find(name, problems)
        .filter(s -> !types.contains(s.type()))
        .ifPresent(
            s ->
                problems.error(
                    ProjectError.BAD_VALUE,
                    name.where(),
                    wrong + " `" + s.type() + "`",
                    "name one of type " + words(types)));
  }

  private static String words(List<String> types) {
    return "`" + String.join("` or `", types) + "`";
  }
}
