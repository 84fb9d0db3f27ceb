package dev.millrace.connect.files;

import dev.millrace.connect.files.store.FileStore;
import dev.millrace.connect.files.store.StoredFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for files that are to be read, and waits until each is complete. */
final class Lookout {
  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  /**
   * However many files there are, only the next ones are in memory: some 30 MB at most. For every
   * so many all of them are listed once more.
   */
  private static final int NEXT = 100_000;

  private final FilesPlan plan;
  private final FileStore store;
  private final FileLedger ledger;
  private final Clock clock;
  private final Forgetting forgetting;
  private final Comparator<StoredFile> order;
  private final Optional<Pattern> notData;
  private final Optional<Pattern> marker;
  private Map<String, Seen> seen = new HashMap<>();

  /** A file that is not complete yet, as it was when it was seen first like that. */
  private record Seen(StoredFile file, Instant since) {}

  /**
   * What there is.
   *
   * @param complete files to read now, in order
   * @param incomplete how many others will be complete without anybody's doing
   * @param oldestIncomplete the time of the oldest of these
   * @param missing paths of files that were begun and were not met, if every folder was seen
   * @param whole whether every folder was seen
   */
  record Look(
      List<StoredFile> complete,
      int incomplete,
      Optional<Instant> oldestIncomplete,
      Set<String> missing,
      boolean whole) {}

  /** What one look has met so far. */
  private final class Met {
    private final Deque<String> folders = new ArrayDeque<>(List.of(""));
    private final TreeSet<StoredFile> next = new TreeSet<>(order);
    private final Set<String> missing = ledger.openPaths();
    private final Instant now = clock.instant();
    private Set<String> markers = Set.of();
    private int incomplete;
    private Instant oldestIncomplete = Instant.MAX;
    private boolean whole = true;

    void incomplete(StoredFile file) {
      incomplete++;
      oldestIncomplete =
          file.modified().isBefore(oldestIncomplete) ? file.modified() : oldestIncomplete;
    }
  }

  Lookout(FilesPlan plan, FileStore store, FileLedger ledger, Clock clock, Forgetting forgetting) {
    this.plan = plan;
    this.store = store;
    this.ledger = ledger;
    this.clock = clock;
    this.forgetting = forgetting;
    Comparator<StoredFile> byPath = Comparator.comparing(StoredFile::path);
    this.order =
        plan.byTime() ? Comparator.comparing(StoredFile::modified).thenComparing(byPath) : byPath;
    this.notData = notData(plan);
    this.marker = plan.complete().marker().map(m -> Pattern.compile(pattern(m)));
  }

  /** Names of markers, and of files that were renamed when they had been read. */
  private static Optional<Pattern> notData(FilesPlan plan) {
    List<String> names = new ArrayList<>();
    plan.complete().marker().ifPresent(names::add);
    if (plan.after() == FilesPlan.After.RENAME) {
      names.add(plan.target());
    }
    List<String> patterns = names.stream().map(Lookout::pattern).toList();
    return patterns.isEmpty()
        ? Optional.empty()
        : Optional.of(Pattern.compile(String.join("|", patterns)));
  }

  private static String pattern(String name) {
    return Pattern.quote(name).replace("{name}", "\\E.+\\Q");
  }

  /**
   * Looks once.
   *
   * @param done told of files that were read before and still are there
   * @throws IOException as the store does
   */
  Look look(Consumer<StoredFile> done) throws IOException {
    Met met = new Met();
    while (!met.folders.isEmpty()) {
      String folder = met.folders.pop();
      try {
        met.markers = markers(folder);
        store.list(folder, file -> found(file, met, done));
      } catch (FileSystemException e) {
        if (folder.isEmpty()) {
          throw e;
        }
        met.whole = false;
        LOG.warn("folder {} of {} cannot be listed: {}", folder, store.place(), e.toString());
      }
    }
    return complete(met);
  }

  /** Paths of the markers in a folder; a file that is listed behind its marker is whole. */
  private Set<String> markers(String folder) throws IOException {
    Set<String> markers = new HashSet<>();
    if (marker.isPresent()) {
      store.list(
          folder,
          file -> {
            if (marker.get().matcher(file.name()).matches()) {
              markers.add(file.path());
            }
          });
    }
    return markers;
  }

  private void found(StoredFile file, Met met, Consumer<StoredFile> done) {
    met.missing.remove(file.path());
    forgetting.met(file);
    if (plan.ignore().stream().anyMatch(g -> g.matches(file.name())) || isOwn(file.path())) {
      return;
    }
    if (file.folder()) {
      if (plan.streams().stream()
          .flatMap(s -> s.files().stream())
          .anyMatch(g -> g.mayMatchBelow(file.path()))) {
        met.folders.push(file.path());
      }
      return;
    }
    if (notData.isPresent() && notData.get().matcher(file.name()).matches()
        || plan.streams().stream().noneMatch(s -> s.holds(file.path()))) {
      return;
    }
    if (ledger.isOver(file)) {
      done.accept(file);
    } else if (isYoung(file, met.now)) {
      met.incomplete(file);
    } else if (marker(plan, file).filter(m -> !met.markers.contains(m)).isEmpty()) {
      met.next.add(file);
      if (met.next.size() > NEXT) {
        Optional.ofNullable(met.next.pollLast()).ifPresent(met::incomplete);
      }
    }
  }

  /** True if a file of this path would be met, in whatever state it is. */
  boolean looksAt(String path) {
    boolean ignored =
        Stream.of(path.split("/"))
            .anyMatch(name -> plan.ignore().stream().anyMatch(g -> g.matches(name)));
    return !ignored && !isOwn(path) && plan.streams().stream().anyMatch(s -> s.holds(path));
  }

  private boolean isYoung(StoredFile file, Instant now) {
    Duration least = plan.complete().minAge();
    return !least.isZero() && file.modified().plus(least).isAfter(now);
  }

  /** True for the folders to which files go when they were read. */
  private boolean isOwn(String path) {
    boolean moved = plan.after() == FilesPlan.After.MOVE && isIn(path, plan.target());
    return moved || plan.quarantine().filter(q -> isIn(path, q)).isPresent();
  }

  private static boolean isIn(String path, String folder) {
    return path.equals(folder) || path.startsWith(folder + "/");
  }

  private Look complete(Met met) {
    Map<String, Seen> still = new HashMap<>();
    List<StoredFile> complete = new ArrayList<>();
    for (StoredFile file : met.next) {
      Seen before = seen.get(file.path());
      Seen first =
          before != null && before.file().isUnchanged(file) ? before : new Seen(file, met.now);
      if (first.since().plus(plan.complete().stableFor()).isAfter(met.now)) {
        met.incomplete(file);
        still.put(file.path(), first);
      } else {
        complete.add(file);
      }
    }
    seen = still;
    return new Look(
        complete,
        met.incomplete,
        met.incomplete == 0 ? Optional.empty() : Optional.of(met.oldestIncomplete),
        met.whole ? met.missing : Set.of(),
        met.whole);
  }

  /** The path of a file's marker; empty if none is asked for. */
  static Optional<String> marker(FilesPlan plan, StoredFile file) {
    String folder = file.parent().isEmpty() ? "" : file.parent() + "/";
    return plan.complete().marker().map(m -> folder + FilesPlan.named(m, file.name()));
  }
}
