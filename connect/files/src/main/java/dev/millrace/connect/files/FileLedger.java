package dev.millrace.connect.files;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.connect.files.store.StoredFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which files were read, and how far. Of most only the state is in memory; whole entries are kept
 * of those that are not over, and of those that stopped in their middle.
 */
final class FileLedger {
  private static final String CONTENT = "content:";

  private final FilesPlan.Identity identity;
  private final KeyStates states = new KeyStates();

  /** By key: files that are being read, or are to be read on. */
  private final Map<String, FileEntry> open = new HashMap<>();

  /** By path: the key and the entry of what has stopped in its middle. */
  private final Map<String, Stopped> stopped = new HashMap<>();

  /** A file that stopped in its middle. */
  record Stopped(String key, FileEntry entry) {}

  private FileLedger(FilesPlan.Identity identity) {
    this.identity = identity;
  }

  static FileLedger read(Ledger ledger, FilesPlan.Identity identity) {
    FileLedger read = new FileLedger(identity);
    ledger.read((key, value) -> read.note(key, value == null ? null : FileEntry.parse(value)));
    return read;
  }

  private void note(String key, @Nullable FileEntry entry) {
    open.remove(key);
    if (entry == null) {
      stopped.values().removeIf(s -> s.key().equals(key));
      states.put(key, null);
      return;
    }
    states.put(key, entry.state());
    String path = entry.file().path();
    Stopped before = stopped.get(path);
    if (before != null && before.key().equals(key)) {
      stopped.remove(path);
    }
    if (!entry.state().isOver()) {
      open.put(key, entry);
    }
    if (entry.rows() > 0 && !entry.state().isWhole()) {
      // Of two, the later one goes on from the earlier one, until it is over.
      stopped.putIfAbsent(path, new Stopped(key, entry));
    }
  }

  /** What names a file. */
  String key(StoredFile file) {
    return identity == FilesPlan.Identity.PATH
        ? file.path()
        : file.path() + "|" + file.size() + "|" + file.modified().toEpochMilli();
  }

  Optional<FileState> state(String key) {
    return states.get(key);
  }

  /** The entry of a file that is not over. */
  Optional<FileEntry> open(String key) {
    return Optional.ofNullable(open.get(key));
  }

  /** An earlier file of that path that stopped in its middle. */
  Optional<Stopped> stopped(String path) {
    return Optional.ofNullable(stopped.get(path));
  }

  /** Sets an entry here; the caller commits it. */
  LedgerEntry put(String key, FileEntry entry) {
    note(key, entry);
    return new LedgerEntry(key, entry.json());
  }

  /** Forgets an entry here; the caller commits that. */
  LedgerEntry remove(String key) {
    note(key, null);
    return new LedgerEntry(key, null);
  }

  /** True if a file with this hash is done. */
  boolean hasContent(String hash) {
    return states.get(CONTENT + hash).isPresent();
  }

  /** Remembers the content of a file that is done. */
  LedgerEntry putContent(String hash, FileEntry entry) {
    return put(CONTENT + hash, entry.withState(FileState.CONTENT, entry.at()));
  }
}
