package dev.millrace.engine.change;

import dev.millrace.engine.change.AssetChange.Verdict;
import dev.millrace.engine.change.Definition.AdmissionDefinition;
import dev.millrace.engine.change.Definition.SourceDefinition;
import dev.millrace.engine.change.StoredProject.StoredLedger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an edit means for a source. */
final class SourceChanges {
  private final StoredProject stored;
  private final Map<String, AdmissionDefinition> admissions;

  /**
   * Of a store.
   *
   * @param admissions the rules from now on, by source
   */
  SourceChanges(StoredProject stored, Map<String, AdmissionDefinition> admissions) {
    this.stored = stored;
    this.admissions = admissions;
  }

  /** What becomes of a source. */
  AssetChange of(SourceDefinition source) {
    Optional<SourceDefinition> old = stored.source(source.name());
    if (old.isEmpty()) {
      return new AssetChange("source", source.name(), Verdict.NEW, "", List.of());
    }
    boolean read = stored.read().contains(source.name());
    if (read && !old.get().topic().equals(source.topic())) {
      return cannot(source, "its topic was " + old.get().topic() + " and is " + source.topic());
    } else if (read && !old.get().eventTime().equals(source.eventTime())) {
      return cannot(
          source,
          "its event time was `"
              + old.get().eventTime()
              + "`, by which it was decided what is late");
    } else if (read && !old.get().changes().equals(source.changes())) {
      return cannot(
          source,
          "its records change other rows, or its columns are others: what rows are now was"
              + " decided before");
    } else if (!old.get().hasSameKeys(source)) {
      return new AssetChange(
          "source",
          source.name(),
          Verdict.STATE_REUSED,
          "`unique` is another one",
          List.of("repeats of records that came before the change are not found"));
    } else if (!old.get().equals(source)) {
      return new AssetChange(
          "source",
          source.name(),
          Verdict.STATE_REUSED,
          "its columns are others",
          List.of("what was admitted and refused stays so"));
    }
    String admission =
        Optional.ofNullable(admissions.get(source.name()))
            .flatMap(now -> stored.admission(source.name()).map(before -> before.change(now)))
            .orElse("");
    return admission.isEmpty()
        ? new AssetChange("source", source.name(), Verdict.UNCHANGED, "", List.of())
        : new AssetChange(
            "source",
            source.name(),
            Verdict.STATE_REUSED,
            "admission changes from here on (" + admission + ")",
            List.of("what was admitted and refused stays so"));
  }

  /** A ledger knows things by keys that depend on more than the things. */
  Optional<AssetChange> ledger(String source, Map<String, String> scope) {
    StoredLedger ledger = stored.ledgers().get(source);
    if (ledger == null || ledger.scope().isEmpty() || ledger.scope().equals(scope)) {
      return Optional.empty();
    }
    String reason =
        scope.entrySet().stream()
            .filter(e -> !e.getValue().equals(ledger.scope().get(e.getKey())))
            .map(
                e ->
                    "its `%s` was `%s` and is `%s`"
                        .formatted(e.getKey(), ledger.scope().get(e.getKey()), e.getValue()))
            .collect(Collectors.joining(", "));
    if (ledger.entries() == 0) {
      return Optional.of(
          new AssetChange(
              "source", source, Verdict.STATE_REUSED, reason, List.of("nothing of it was read")));
    }
    return Optional.of(
        new AssetChange(
            "source",
            source,
            Verdict.CANNOT,
            reason,
            List.of(
                "its ledger has %d files that were read, such as %s: those that are there now would be read again, or be taken for others"
                    .formatted(ledger.entries(), String.join(", ", ledger.examples())),
                "undo the edit",
                "or say that they are the same files: `millrace files <project> keep --source %s`"
                    .formatted(source),
                "or have all that is there read, rows that came before once more: `millrace files <project> forget \"**\" --source %s`"
                    .formatted(source))));
  }

  private static AssetChange cannot(SourceDefinition source, String reason) {
    return new AssetChange(
        "source",
        source.name(),
        Verdict.CANNOT,
        reason,
        List.of(
            "give the stream of the source another name, so that it is a new one, or run with"
                + " `--fresh` to build everything again"));
  }
}
