package dev.millrace.connect.files;

import dev.millrace.connect.files.store.FileStore;
import dev.millrace.connect.files.store.StoredFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for files that are to be read, and waits until each is complete. */
final class Lookout {
  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  /** However many files there are, only the next ones are in memory. */
  private static final int NEXT = 10_000;

  private final FilesPlan plan;
  private final FileStore store;
  private final FileLedger ledger;
  private final Clock clock;
  private final Comparator<StoredFile> order;
  private final Optional<Pattern> notData;
  private Map<String, Seen> seen = new HashMap<>();

  /** A file that is not complete yet, as it was when it was seen first like that. */
  private record Seen(StoredFile file, Instant since) {}

  /**
   * What there is.
   *
   * @param complete files to read now, in order
   * @param incomplete how many others will be complete without anybody's doing
   */
  record Look(List<StoredFile> complete, int incomplete) {}

  Lookout(FilesPlan plan, FileStore store, FileLedger ledger, Clock clock) {
    this.plan = plan;
    this.store = store;
    this.ledger = ledger;
    this.clock = clock;
    Comparator<StoredFile> byPath = Comparator.comparing(StoredFile::path);
    this.order =
        plan.byTime() ? Comparator.comparing(StoredFile::modified).thenComparing(byPath) : byPath;
    this.notData = notData(plan);
  }

  /** Names of markers, and of files that were renamed when they had been read. */
  private static Optional<Pattern> notData(FilesPlan plan) {
    List<String> names = new ArrayList<>();
    plan.complete().marker().ifPresent(names::add);
    if (plan.after() == FilesPlan.After.RENAME) {
      names.add(plan.target());
    }
    List<String> patterns =
        names.stream().map(n -> Pattern.quote(n).replace("{name}", "\\E.+\\Q")).toList();
    return patterns.isEmpty()
        ? Optional.empty()
        : Optional.of(Pattern.compile(String.join("|", patterns)));
  }

  /**
   * Looks once.
   *
   * @param done told of files that were read before and still are there
   * @throws IOException as the store does
   */
  Look look(Consumer<StoredFile> done) throws IOException {
    TreeSet<StoredFile> next = new TreeSet<>(order);
    Deque<String> folders = new ArrayDeque<>(List.of(""));
    while (!folders.isEmpty()) {
      String folder = folders.pop();
      try {
        store.list(folder, file -> found(file, folders, next, done));
      } catch (NoSuchFileException | AccessDeniedException e) {
        if (folder.isEmpty()) {
          throw e;
        }
        LOG.warn("folder {} of {} cannot be listed: {}", folder, store.place(), e.toString());
      }
    }
    return complete(next);
  }

  private void found(
      StoredFile file, Deque<String> folders, TreeSet<StoredFile> next, Consumer<StoredFile> done) {
    if (plan.ignore().stream().anyMatch(g -> g.matches(file.name())) || isOwn(file.path())) {
      return;
    }
    if (file.folder()) {
      if (plan.streams().stream()
          .flatMap(s -> s.files().stream())
          .anyMatch(g -> g.mayMatchBelow(file.path()))) {
        folders.push(file.path());
      }
      return;
    }
    if (notData.isPresent() && notData.get().matcher(file.name()).matches()
        || plan.streams().stream().noneMatch(s -> s.holds(file.path()))) {
      return;
    }
    Optional<FileState> state = ledger.state(ledger.key(file));
    if (state.filter(FileState::isOver).isPresent()) {
      done.accept(file);
      return;
    }
    next.add(file);
    if (next.size() > NEXT) {
      next.pollLast();
    }
  }

  /** True for the folders to which files go when they were read. */
  private boolean isOwn(String path) {
    boolean moved = plan.after() == FilesPlan.After.MOVE && isIn(path, plan.target());
    return moved || plan.quarantine().filter(q -> isIn(path, q)).isPresent();
  }

  private static boolean isIn(String path, String folder) {
    return path.equals(folder) || path.startsWith(folder + "/");
  }

  private Look complete(TreeSet<StoredFile> next) throws IOException {
    Instant now = clock.instant();
    Map<String, Seen> still = new HashMap<>();
    List<StoredFile> complete = new ArrayList<>();
    int incomplete = 0;
    for (StoredFile file : next) {
      Seen before = seen.get(file.path());
      Seen first = before != null && before.file().isUnchanged(file) ? before : new Seen(file, now);
      boolean waits =
          first.since().plus(plan.complete().stableFor()).isAfter(now)
              || file.modified().plus(plan.complete().minAge()).isAfter(now)
                  && !plan.complete().minAge().isZero();
      if (waits) {
        incomplete++;
        still.put(file.path(), first);
      } else if (!isMarked(file)) {
        still.put(file.path(), first);
      } else {
        complete.add(file);
      }
    }
    seen = still;
    return new Look(complete, incomplete);
  }

  private boolean isMarked(StoredFile file) throws IOException {
    Optional<String> marker = marker(plan, file);
    return marker.isEmpty() || store.find(marker.get()).isPresent();
  }

  /** The path of a file's marker; empty if none is asked for. */
  static Optional<String> marker(FilesPlan plan, StoredFile file) {
    String folder = file.parent().isEmpty() ? "" : file.parent() + "/";
    return plan.complete().marker().map(m -> folder + FilesPlan.named(m, file.name()));
  }
}
