package dev.millrace.connect.files;

import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceActivity;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.connect.files.FileReading.Progress;
import dev.millrace.connect.files.store.FileStore;
import dev.millrace.connect.files.store.StoredFile;
import dev.millrace.connect.files.unpack.BadContentException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one file after the other; between them it looks for new ones. */
final class FilesSource implements Source {
  private static final Logger LOG = LoggerFactory.getLogger(FilesSource.class);
  private static final long LEAST_NANOS = Duration.ofMillis(50).toNanos();
  private static final int MOST_GONE = 2;
  private static final int MOST_TRIES = 3;
  private static final int MOST_NAMES = 10_000;

  private final FilesPlan plan;
  private final FileLimits limits;
  private final FileStore store;
  private final FileLedger ledger;
  private final Clock clock;
  private final Forgetting forgetting;
  private final Lookout lookout;
  private final Disposal disposal;
  private final FileQueue queue = new FileQueue();
  private final Pace pace;
  private final FilesTally tally = new FilesTally();

  /** Files to try again that may be in quarantine. */
  private final Deque<StoredFile> retried = new ArrayDeque<>();

  /** By key: how often a file was refused. */
  private final Map<String, Integer> tries = new HashMap<>();

  /** Paths of later files under names that were read. */
  private final Set<String> left = new HashSet<>();

  private @Nullable ContentHash hashing;
  private @Nullable FileReading reading;
  private String key = "";
  private int incomplete;
  private Optional<Instant> oldestIncomplete = Optional.empty();
  private boolean uncommitted;
  private boolean ended;
  private OptionalLong idleAsOf = OptionalLong.empty();

  FilesSource(FilesPlan plan, FileLimits limits, FileStore store, FileLedger ledger, Clock clock) {
    this.plan = plan;
    this.limits = limits;
    this.store = store;
    this.ledger = ledger;
    this.clock = clock;
    this.forgetting = new Forgetting(plan, ledger);
    this.lookout = new Lookout(plan, store, ledger, clock, forgetting);
    this.disposal = new Disposal(plan, store);
    this.pace = new Pace(plan);
    retried.addAll(ledger.toRetry());
  }

  @Override
  public SourceBatch poll(Duration wait) {
    RowBatch batch = new RowBatch(clock.instant());
    long deadline = System.nanoTime() + wait.toNanos();
    long until = Math.max(deadline, System.nanoTime() + LEAST_NANOS);
    try {
      while (!batch.isFull() && System.nanoTime() < until) {
        if (step(batch, until)) {
          continue;
        }
        boolean wanted = batch.isEmpty() && !ended && System.nanoTime() < deadline;
        if (!wanted || !sleep(uncommitted ? deadline : Math.min(deadline, pace.next()))) {
          break;
        }
      }
    } catch (IOException e) {
      throw away(e);
    }
    FileReading current = reading;
    if (current != null) {
      ledger.put(key, current.entry(batch.now())).forEach(batch::note);
    }
    uncommitted |= !batch.isEmpty();
    tally.rejected(batch.rejected());
    return batch.batch(ended && batch.isEmpty());
  }

  /** Does the next thing; false if there is nothing to do now. */
  private boolean step(RowBatch batch, long until) throws IOException {
    ContentHash hash = hashing;
    FileReading current = reading;
    if (current != null) {
      readOn(current, batch, until);
      return true;
    }
    if (hash != null) {
      hashOn(hash, batch, until);
      return true;
    }
    StoredFile next = queue.poll();
    if (next != null) {
      // It may have been skipped since it was seen.
      if (!ledger.isOver(next)) {
        begin(next, batch);
      }
      return true;
    }
    // What was read is committed and out of the way before the next look.
    if (uncommitted || !batch.isEmpty() || !pace.isDue()) {
      return false;
    }
    ledger.begin().ifPresent(batch::note);
    disposal.run();
    for (StoredFile file = retried.peek(); file != null; file = retried.peek()) {
      disposal.bringBack(file);
      retried.remove();
    }
    look(batch);
    return !queue.isEmpty();
  }

  private void look(RowBatch batch) throws IOException {
    Lookout.Look look;
    long begun = System.nanoTime();
    forgetting.begin();
    try {
      look = lookout.look(this::wasRead);
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw new RetryException(
          Problem.error(
              FilesError.FILES_FOLDER,
              null,
              "the folder of %s %s"
                  .formatted(
                      store.place(),
                      e instanceof NoSuchFileException ? "does not exist" : "may not be read"),
              "make it, or look at `folder`, at the system's `url` and at the user's rights"),
          e);
    }
    for (String path : look.missing()) {
      try {
        if (store.find(path).isEmpty()) {
          vanished(path, batch);
        }
      } catch (FileSystemException e) {
        LOG.warn("{} on {} cannot be found any more: {}", path, store.place(), e.toString());
      }
    }
    forgetting.end(look.whole(), lookout::looksAt, batch);
    queue.fill(look.complete());
    incomplete = look.incomplete();
    oldestIncomplete = look.oldestIncomplete();
    boolean nothing = queue.isEmpty() && incomplete == 0 && disposal.isEmpty();
    idleAsOf = nothing ? OptionalLong.of(begun) : OptionalLong.empty();
    ended = plan.once() && nothing;
    pace.looked(begun, !queue.isEmpty(), incomplete > 0);
  }

  /** A file that is over is still there, or another one under its name. */
  private void wasRead(StoredFile file) {
    if (ledger.wasRead(file)) {
      disposal.add(file, ledger.state(ledger.key(file)).orElseThrow());
    } else if (left.add(file.path())) {
      LOG.warn(
          "{} on {} is not read and stays: a file of that name was read before (`identity: path`)",
          file.path(),
          store.place());
    }
  }

  /** A file is gone of which some was read. */
  private void vanished(String path, RowBatch batch) {
    for (String gone : ledger.openKeys(path, "")) {
      batch.note(ledger.remove(gone));
    }
    Optional<FileLedger.Stopped> stopped =
        ledger.stopped(path).filter(s -> s.entry().state() == FileState.READING);
    if (stopped.isPresent()) {
      key = stopped.get().key();
      over(stopped.get().entry(), FileState.FAILED, FileLedger.VANISHED, batch);
    }
  }

  private void begin(StoredFile file, RowBatch batch) {
    key = ledger.key(file);
    Optional<FileEntry> elsewhere = ledger.overElsewhere(key);
    if (elsewhere.isPresent()) {
      FileEntry entry = elsewhere.get().seenAs(file, batch.now());
      over(entry, entry.state(), entry.error().orElse(null), batch);
      return;
    }
    for (String other : ledger.openKeys(file.path(), key)) {
      batch.note(ledger.remove(other));
    }
    if (plan.identity() == FilesPlan.Identity.CONTENT) {
      try {
        hashing = ContentHash.open(store, file);
      } catch (IOException e) {
        failed(entry(file, batch), new StoreFailedException(e), batch);
      }
      return;
    }
    open(entry(file, batch), batch);
  }

  private void hashOn(ContentHash hash, RowBatch batch, long until) {
    Optional<String> content;
    try {
      content = hash.goOn(until);
    } catch (IOException e) {
      leave();
      failed(entry(hash.file(), batch), new StoreFailedException(e), batch);
      return;
    }
    if (content.isEmpty()) {
      return;
    }
    leave();
    FileEntry entry = entry(hash.file(), batch).withContent(content.get());
    if (ledger.hasContent(content.get())) {
      over(entry, FileState.DUPLICATE, "its content was read before", batch);
    } else {
      open(entry, batch);
    }
  }

  /** What was read of a file before. */
  private FileEntry entry(StoredFile file, RowBatch batch) {
    Optional<FileEntry> before = ledger.open(key);
    if (before.isPresent()) {
      return before.get().continuedAs(file, batch.now());
    }
    return ledger
        .stopped(file.path())
        .map(s -> s.entry().continuedAs(file, batch.now()))
        .orElseGet(() -> FileEntry.begin(file, batch.now()));
  }

  private void open(FileEntry entry, RowBatch batch) {
    List<StreamPlan> streams =
        plan.streams().stream().filter(s -> s.holds(entry.file().path())).toList();
    try {
      reading = FileReading.open(store, streams, entry, limits);
    } catch (IOException e) {
      failed(entry, e, batch);
    }
  }

  private void readOn(FileReading current, RowBatch batch, long until) {
    try {
      Progress progress = current.read(batch, until);
      tally.bytes(current.takeBytes());
      if (progress == Progress.MORE) {
        return;
      }
      FileEntry entry = current.entry(batch.now());
      leave();
      switch (progress) {
        case DONE -> over(entry, FileState.DONE, null, batch);
        case CHANGED -> over(entry, FileState.CHANGED, "it changed while it was read", batch);
        case OTHER_ROWS -> otherRows(entry, batch);
        case MORE -> throw new IllegalStateException();
      }
    } catch (IOException e) {
      tally.bytes(current.takeBytes());
      FileEntry entry = current.entry(batch.now());
      boolean changed = !(e instanceof StoreFailedException) && isChanged(current);
      leave();
      if (changed) {
        // Whoever writes it was not done yet.
        over(entry, FileState.CHANGED, "it changed while it was read", batch);
      } else {
        failed(entry, e, batch);
      }
    }
  }

  private static boolean isChanged(FileReading current) {
    try {
      return current.isChanged();
    } catch (StoreFailedException e) {
      return false;
    }
  }

  private void leave() {
    FileReading current = reading;
    reading = null;
    if (current != null) {
      current.close();
    }
    ContentHash hash = hashing;
    hashing = null;
    if (hash != null) {
      hash.close();
    }
  }

  /** The rows before the place at which it was left are others now. */
  private void otherRows(FileEntry entry, RowBatch batch) {
    Optional<FileLedger.Stopped> earlier =
        ledger.stopped(entry.file().path()).filter(s -> !s.key().equals(key));
    if (earlier.isPresent()) {
      // Not the earlier file with more in it, but another one.
      batch.note(ledger.remove(earlier.get().key()));
      FileEntry anew = FileEntry.begin(entry.file(), batch.now());
      open(entry.content().map(anew::withContent).orElse(anew), batch);
      return;
    }
    String reason =
        "its first %d rows are not those that were read before (under another name it is read)"
            .formatted(entry.rows());
    over(entry, FileState.FAILED, reason, batch);
  }

  private void failed(FileEntry entry, IOException e, RowBatch batch) {
    if (e instanceof StoreFailedException of) {
      IOException failure = of.failure();
      if (failure instanceof NoSuchFileException) {
        if (entry.rows() > 0) {
          over(entry, FileState.FAILED, FileLedger.VANISHED, batch);
        } else if (isLastTry(MOST_GONE)) {
          over(entry, FileState.FAILED, "it is listed, but there is no such file", batch);
        } else {
          LOG.info("{} is gone before it was read", entry.file().path());
          batch.note(ledger.remove(key));
        }
      } else if (failure instanceof AccessDeniedException) {
        over(entry, FileState.FAILED, "it may not be read", batch);
      } else if (failure instanceof FileSystemException answer) {
        String told = answer.getReason() == null ? answer.getMessage() : answer.getReason();
        String reason = "it cannot be read: " + told;
        if (isLastTry(MOST_TRIES)) {
          over(entry, FileState.FAILED, reason, batch);
        } else {
          LOG.warn("{} on {}: {}; it is tried again", entry.file().path(), store.place(), reason);
          ledger.put(key, entry).forEach(batch::note);
          pace.tryLater();
        }
      } else {
        throw away(failure);
      }
      return;
    }
    over(entry, FileState.FAILED, BadContentException.reason(e), batch);
  }

  /** Counts how often a file could not be read that is there, or was to be. */
  private boolean isLastTry(int most) {
    if (tries.size() > MOST_NAMES && !tries.containsKey(key)) {
      tries.clear();
    }
    boolean last = tries.merge(key, 1, Integer::sum) >= most;
    if (last) {
      tries.remove(key);
    }
    return last;
  }

  private void over(FileEntry entry, FileState state, @Nullable String error, RowBatch batch) {
    if (state == FileState.CHANGED && plan.identity() == FilesPlan.Identity.PATH) {
      // The same file by its name: it is read on once it is complete.
      ledger.put(key, entry).forEach(batch::note);
      return;
    }
    FileEntry last =
        error == null
            ? entry.withState(state, batch.now())
            : entry.withError(state, error, batch.now());
    ledger
        .stopped(entry.file().path())
        .filter(s -> !s.key().equals(key))
        .ifPresent(s -> batch.note(ledger.remove(s.key())));
    ledger.put(key, last).forEach(batch::note);
    if (state == FileState.DONE) {
      tally.read();
      last.content().ifPresent(c -> batch.note(ledger.putContent(c)));
    }
    if (state == FileState.FAILED) {
      LOG.warn("{} on {} failed: {}", last.file().path(), store.place(), last.error().orElse(""));
    }
    disposal.add(entry.file(), state);
  }

  private RetryException away(IOException e) {
    return new RetryException(
        Problem.error(
            FilesError.FILES_AWAY,
            null,
            "%s cannot be read: %s".formatted(store.place(), e.getMessage()),
            null),
        e);
  }

  private boolean sleep(long until) {
    long nanos = until - System.nanoTime();
    if (nanos <= 0) {
      return true;
    }
    try {
      if (store.await(nanos)) {
        pace.stirred();
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void committed() {
    uncommitted = false;
    tally.committed();
    try {
      disposal.run();
    } catch (IOException e) {
      throw away(e);
    }
  }

  @Override
  public void amended(List<LedgerEntry> entries) {
    for (LedgerEntry entry : entries) {
      ledger.note(entry);
      tries.remove(entry.key());
      if (entry.key().equals(key)) {
        // What is read of it from now on, if anything, follows what is committed.
        leave();
      }
    }
    left.clear();
    retried.clear();
    retried.addAll(ledger.toRetry());
    pace.lookNow();
  }

  @Override
  public Optional<SourceActivity> activity() {
    FileReading current = reading;
    ContentHash hash = hashing;
    Optional<String> path =
        current != null
            ? Optional.of(current.path())
            : Optional.ofNullable(hash).map(h -> h.file().path());
    return Optional.of(
        new SourceActivity(
            path,
            current == null ? OptionalDouble.empty() : current.fraction(),
            (long) queue.size() + incomplete,
            oldestWaiting(),
            ledger.failed(),
            disposal.refused(),
            disposal.refusal(),
            idleAsOf,
            tally.of(disposal.quarantined())));
  }

  private Optional<Instant> oldestWaiting() {
    return Stream.of(queue.oldest(), oldestIncomplete)
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  @Override
  public void close() {
    leave();
    store.close();
  }
}
