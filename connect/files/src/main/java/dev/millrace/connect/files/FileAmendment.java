package dev.millrace.connect.files;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.LedgerEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a person may make of a file's entry. */
final class FileAmendment {
  private FileAmendment() {}

  /** The entry after the action, and what depends on it; empty if the action is not for it. */
  static List<LedgerEntry> of(LedgerAction action, LedgerEntry entry) {
    FileEntry file = FileEntry.parse(String.valueOf(entry.value()));
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return switch (action) {
      case RETRY ->
          file.state() == FileState.FAILED || file.state() == FileState.SKIPPED
              ? List.of(new LedgerEntry(entry.key(), file.withState(FileState.RETRY, now).json()))
              : List.of();
      case SKIP ->
          file.state().isWhole()
              ? List.of()
              : List.of(
                  new LedgerEntry(entry.key(), file.withState(FileState.SKIPPED, now).json()));
      case FORGET -> forgotten(entry.key(), file);
    };
  }

  private static List<LedgerEntry> forgotten(String key, FileEntry file) {
    List<LedgerEntry> gone = new ArrayList<>(List.of(new LedgerEntry(key, null)));
    // Of a duplicate, the content is that of another file.
    Optional<String> content = file.state() == FileState.DONE ? file.content() : Optional.empty();
    content.ifPresent(hash -> gone.add(new LedgerEntry(FileLedger.contentKey(hash), null)));
    return gone;
  }
}
