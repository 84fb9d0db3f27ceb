package dev.millrace.connect.files;

import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.connect.files.store.StoredFile;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets files that have been gone for long. Now and then a look marks the files that it meets. Of
 * one that it has not met the ledger keeps since when, so that a folder that is empty for a while
 * has nothing forgotten; of one that was met again it does not any more.
 */
final class Forgetting {
  private static final Logger LOG = LoggerFactory.getLogger(Forgetting.class);
  private static final Duration SELDOM = Duration.ofHours(1);

  /** So many entries change at once; what is left waits for the next look. */
  private static final int MOST = 10_000;

  private final FilesPlan plan;
  private final FileLedger ledger;
  private long next = System.nanoTime();
  private boolean marking;

  /** What becomes of an entry. */
  private record Change(FileEntry entry, boolean forget) {}

  Forgetting(FilesPlan plan, FileLedger ledger) {
    this.plan = plan;
    this.ledger = ledger;
  }

  /** Before a look. */
  void begin() {
    marking = plan.forgetAfter().isPresent() && System.nanoTime() - next >= 0;
    if (marking) {
      ledger.unmark();
    }
  }

  /** Of everything that the look meets. */
  void met(StoredFile file) {
    if (marking && !file.folder()) {
      ledger.mark(file);
    }
  }

  /**
   * After the look.
   *
   * @param whole true if it has seen every folder
   * @param looksAt whether a look would meet a file of this path
   */
  void end(boolean whole, Predicate<String> looksAt, RowBatch batch) {
    Optional<Duration> after = plan.forgetAfter();
    if (!marking || !whole || after.isEmpty()) {
      return;
    }
    marking = false;
    Instant now = batch.now();
    Map<String, Change> changes = new LinkedHashMap<>();
    ledger.each(
        (key, entry) -> {
          // What an earlier entry of the key has led to does not count.
          boolean room = changes.remove(key) != null || changes.size() < MOST;
          if (entry != null && room && looksAt.test(entry.file().path())) {
            change(key, entry, now, after.get()).ifPresent(c -> changes.put(key, c));
          }
        });
    changes.forEach((key, change) -> make(key, change, batch));
    Duration pause = after.get().dividedBy(10);
    boolean more = changes.size() >= MOST;
    next =
        System.nanoTime() + (more ? 0 : (pause.compareTo(SELDOM) < 0 ? pause : SELDOM).toNanos());
  }

  private Optional<Change> change(String key, FileEntry entry, Instant now, Duration after) {
    if (!entry.state().isOver() || !entry.namesFile()) {
      return Optional.empty();
    }
    if (ledger.isMarked(key)) {
      return entry.gone().map(since -> new Change(entry.withGone(Optional.empty()), false));
    }
    if (entry.gone().isEmpty()) {
      return Optional.of(new Change(entry.withGone(Optional.of(now)), false));
    }
    return entry
        .gone()
        .filter(since -> !since.plus(after).isAfter(now))
        .map(since -> new Change(entry, true));
  }

  private void make(String key, Change change, RowBatch batch) {
    FileEntry entry = change.entry();
    if (!change.forget()) {
      batch.note(new LedgerEntry(key, entry.json()));
      return;
    }
    LOG.info(
        "{} is forgotten: it has been gone since {}",
        entry.file().path(),
        entry.gone().orElseThrow());
    batch.note(ledger.remove(key));
    if (entry.state() == FileState.DONE) {
      entry.content().ifPresent(hash -> batch.note(ledger.removeContent(hash)));
    }
  }
}
