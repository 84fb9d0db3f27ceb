package dev.millrace.connect.files;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.connect.files.store.StoredFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which files were read, and how far. Of most only the state is in memory; whole entries are kept
 * of those that are not over, and of those that stopped in their middle.
 */
final class FileLedger {
  private static final String CONTENT = "content:";

  /** Why a file failed that is read on if it comes back. */
  static final String VANISHED = "it vanished before all of it was read";

  private final Ledger ledger;
  private final FilesPlan.Identity identity;
  private final KeyStates states = new KeyStates();
  private long failed;
  private long files;
  private final Map<String, String> wanted;
  private Map<String, String> scope = Map.of();

  /** By key: files that are being read, or are to be read on. */
  private final Map<String, FileEntry> open = new HashMap<>();

  /** By path: the key and the entry of what has stopped in its middle. */
  private final Map<String, Stopped> stopped = new HashMap<>();

  /** A file that stopped in its middle. */
  record Stopped(String key, FileEntry entry) {}

  private FileLedger(Ledger ledger, FilesPlan.Identity identity, Map<String, String> wanted) {
    this.ledger = ledger;
    this.identity = identity;
    this.wanted = wanted;
  }

  /**
   * Reads a ledger.
   *
   * @param wanted the scope of the source; empty if that is not looked at
   */
  static FileLedger read(Ledger ledger, FilesPlan.Identity identity, Map<String, String> wanted) {
    FileLedger read = new FileLedger(ledger, identity, wanted);
    ledger.read((key, value) -> read.note(new LedgerEntry(key, value)));
    return read;
  }

  /** Takes over an entry as it is committed. */
  void note(LedgerEntry entry) {
    String value = entry.value();
    if (entry.key().equals(LedgerEntry.SCOPE)) {
      scope = value == null ? Map.of() : LedgerScope.parse(value);
      return;
    }
    if (isContent(entry.key())) {
      states.put(entry.key(), value == null ? null : FileState.CONTENT);
      return;
    }
    FileEntry parsed = value == null ? null : FileEntry.parse(value);
    // An entry without its file was made by others: it is looked at when the file is there.
    if (parsed == null || parsed.namesFile()) {
      note(entry.key(), parsed);
    }
  }

  /** What others than this source have made of a file, if by that nothing of it is to be read. */
  Optional<FileEntry> overElsewhere(String key) {
    return ledger
        .find(key)
        .map(FileEntry::parse)
        .filter(e -> e.state().isOver() && !Optional.of(e.state()).equals(states.get(key)));
  }

  private void note(String key, @Nullable FileEntry entry) {
    open.remove(key);
    failed -= states.get(key).filter(s -> s == FileState.FAILED).isPresent() ? 1 : 0;
    failed += entry != null && entry.state() == FileState.FAILED ? 1 : 0;
    files += (entry == null ? 0 : 1) - (states.get(key).isPresent() ? 1 : 0);
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
    if (identity == FilesPlan.Identity.PATH && entry.state().isOver()) {
      states.put(version(entry.file()), entry.state());
    }
    if (entry.rows() > 0 && !entry.state().isWhole()) {
      // Of two, the later one goes on from the earlier one; once it is beyond, it takes its place.
      stopped.merge(
          path,
          new Stopped(key, entry),
          (one, other) -> other.entry().rows() > one.entry().rows() ? other : one);
    }
  }

  /** How many files could not be read. */
  long failed() {
    return failed;
  }

  /** Marks a file that is there; not one that is unknown. */
  void mark(StoredFile file) {
    states.mark(key(file));
  }

  boolean isMarked(String key) {
    return states.isMarked(key);
  }

  /** Takes all marks away. */
  void unmark() {
    states.unmark();
  }

  /**
   * Reads what is committed of files, anew, in order.
   *
   * @param each gets every key and entry; a key may come several times, of which the last counts;
   *     null for what was forgotten
   */
  void each(BiConsumer<String, @Nullable FileEntry> each) {
    ledger.read(
        (key, value) -> {
          if (!isContent(key) && !key.equals(LedgerEntry.SCOPE)) {
            each.accept(key, value == null ? null : FileEntry.parse(value));
          }
        });
  }

  /** How many files it has. */
  long files() {
    return files;
  }

  /** What its keys depended on when it was written; empty if it does not say. */
  Map<String, String> scope() {
    return scope;
  }

  /** Sets the scope here, if it is another one; the caller commits that. */
  Optional<LedgerEntry> begin() {
    if (wanted.isEmpty() || wanted.equals(scope)) {
      return Optional.empty();
    }
    scope = wanted;
    return Optional.of(LedgerScope.entry(wanted));
  }

  /** Files that a person wants to be tried again. */
  List<StoredFile> toRetry() {
    return open.values().stream()
        .filter(e -> e.state() == FileState.RETRY)
        .map(FileEntry::file)
        .toList();
  }

  /** What names a file. */
  String key(StoredFile file) {
    return key(file, identity);
  }

  static String key(StoredFile file, FilesPlan.Identity identity) {
    return identity == FilesPlan.Identity.PATH ? file.path() : version(file);
  }

  private static String version(StoredFile file) {
    return file.path() + "|" + file.size() + "|" + file.modified().toEpochMilli();
  }

  /** True if it is over, and not a later file under the name of one that is. */
  boolean wasRead(StoredFile file) {
    return identity != FilesPlan.Identity.PATH
        || states.get(version(file)).filter(FileState::isOver).isPresent();
  }

  /** True if nothing more of a file is read, unless it is one that had vanished. */
  boolean isOver(StoredFile file) {
    String key = key(file);
    Optional<FileState> state = states.get(key);
    if (state.filter(FileState::isOver).isEmpty()) {
      return false;
    }
    Stopped before = state.get() == FileState.FAILED ? stopped.get(file.path()) : null;
    return before == null
        || !before.key().equals(key)
        || !before.entry().error().filter(VANISHED::equals).isPresent();
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

  /** Paths of files of which some rows are read, and not all. */
  Set<String> openPaths() {
    Set<String> paths = new HashSet<>();
    open.values().stream()
        .filter(e -> e.state() == FileState.READING)
        .forEach(e -> paths.add(e.file().path()));
    return paths;
  }

  /** Keys of files of that path that are being read, but for the one that stopped the farthest. */
  List<String> openKeys(String path, String butKey) {
    Stopped farthest = stopped.get(path);
    return open.entrySet().stream()
        .filter(e -> e.getValue().state() == FileState.READING)
        .filter(e -> e.getValue().file().path().equals(path))
        .map(Map.Entry::getKey)
        .filter(k -> !k.equals(butKey) && (farthest == null || !farthest.key().equals(k)))
        .toList();
  }

  /** Sets an entry here, in place of an earlier one that it is beyond; the caller commits both. */
  List<LedgerEntry> put(String key, FileEntry entry) {
    Stopped before = stopped.get(entry.file().path());
    note(key, entry);
    LedgerEntry put = new LedgerEntry(key, entry.json());
    if (before != null && !before.key().equals(key) && entry.rows() > before.entry().rows()) {
      return List.of(remove(before.key()), put);
    }
    return List.of(put);
  }

  /** Forgets an entry here; the caller commits that. */
  LedgerEntry remove(String key) {
    note(key, null);
    return new LedgerEntry(key, null);
  }

  /** True if a file with this hash is done. */
  boolean hasContent(String hash) {
    return states.get(contentKey(hash)).isPresent() || ledger.find(contentKey(hash)).isPresent();
  }

  /** Forgets the content of a file that is forgotten; the caller commits that. */
  LedgerEntry removeContent(String hash) {
    LedgerEntry entry = new LedgerEntry(contentKey(hash), null);
    note(entry);
    return entry;
  }

  /** Remembers the content of a file that is done. */
  LedgerEntry putContent(String hash) {
    LedgerEntry entry = new LedgerEntry(contentKey(hash), "{\"state\":\"content\"}");
    note(entry);
    return entry;
  }

  /** What names a content. A file's key has its size and time behind bars. */
  static String contentKey(String hash) {
    return CONTENT + hash;
  }

  static boolean isContent(String key) {
    return key.startsWith(CONTENT) && key.indexOf('|') < 0;
  }
}
