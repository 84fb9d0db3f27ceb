package dev.millrace.connect.files;

import dev.millrace.connect.files.store.FileStore;
import dev.millrace.connect.files.store.StoredFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to files once it is committed that they were read. Whatever a crash leaves undone is
 * done when the file is seen again.
 */
final class Disposal {
  private static final Logger LOG = LoggerFactory.getLogger(Disposal.class);
  private static final int MOST_NAMES = 100;

  private final FilesPlan plan;
  private final FileStore store;
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  /** By path: files that stay where they are, because the store does not do it. */
  private final Map<String, StoredFile> refused = new HashMap<>();

  private @Nullable String refusal;
  private long quarantined;

  /** A file that is over. */
  private record Waiting(StoredFile file, boolean failed) {}

  Disposal(FilesPlan plan, FileStore store) {
    this.plan = plan;
    this.store = store;
  }

  /** Notes a file that is over, to be disposed of once that is committed. */
  void add(StoredFile file, FileState state) {
    boolean failed = state == FileState.FAILED;
    boolean stays = failed ? plan.quarantine().isEmpty() : plan.after() == FilesPlan.After.LEAVE;
    StoredFile before = refused.get(file.path());
    boolean refusedBefore = before != null && before.isUnchanged(file);
    if (!stays && !refusedBefore && state != FileState.SKIPPED && state != FileState.CHANGED) {
      waiting.put(file.path(), new Waiting(file, failed));
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /**
   * Disposes of all that was noted. What the store refuses stays, which is in the log, and is not
   * tried again before the next start.
   *
   * @throws IOException if the store is away
   */
  void run() throws IOException {
    var all = waiting.values().iterator();
    while (all.hasNext()) {
      Waiting next = all.next();
      try {
        // A file of the same name that came meanwhile is not the one that was read.
        Optional<StoredFile> now = store.find(next.file().path());
        if (now.filter(f -> f.isUnchanged(next.file())).isPresent()) {
          dispose(next);
        }
      } catch (NoSuchFileException e) {
        LOG.debug("{} is gone", next.file().path());
      } catch (FileSystemException e) {
        refused.put(next.file().path(), next.file());
        refusal = next.file().path() + ": " + reason(e);
        LOG.warn(
            "{} on {} stays, it cannot be moved, renamed or deleted: {}",
            next.file().path(),
            store.place(),
            e.toString());
      }
      all.remove();
    }
  }

  private static String reason(FileSystemException e) {
    String told = e.getReason();
    return told != null ? told : e.getClass().getSimpleName();
  }

  /** How many files stay where they are, because the store does not do what is wanted. */
  int refused() {
    return refused.size();
  }

  /** How many files were put into quarantine. */
  long quarantined() {
    return quarantined;
  }

  /** Why not, of the last one. */
  Optional<String> refusal() {
    return Optional.ofNullable(refusal);
  }

  /**
   * Takes a file out of quarantine that is to be tried again, if it is there as it was read, and
   * nothing is in its place.
   *
   * @throws IOException if the store is away
   */
  void bringBack(StoredFile file) throws IOException {
    if (plan.quarantine().isEmpty()) {
      return;
    }
    String quarantined = inQuarantine(file);
    try {
      boolean free = store.find(file.path()).isEmpty();
      for (int i = 0; free && i <= MOST_NAMES; i++) {
        String from = numbered(quarantined, i);
        Optional<StoredFile> found = store.find(from);
        if (found.filter(f -> f.isUnchanged(file)).isPresent()) {
          store.move(from, file.path());
          return;
        }
        free = found.isPresent() || i == 0;
      }
    } catch (FileSystemException e) {
      LOG.warn(
          "{} on {} cannot be taken out of quarantine: {}",
          file.path(),
          store.place(),
          e.toString());
    }
  }

  private String inQuarantine(StoredFile file) {
    return plan.quarantine().orElseThrow() + "/" + file.path();
  }

  private static String numbered(String path, int number) {
    return number == 0 ? path : path + "." + number;
  }

  private void dispose(Waiting next) throws IOException {
    StoredFile file = next.file();
    deleteMarker(file);
    if (next.failed()) {
      move(file, inQuarantine(file));
      quarantined++;
    } else {
      switch (plan.after()) {
        case LEAVE -> {
          // It stays.
        }
        case DELETE -> store.delete(file.path());
        case MOVE -> move(file, plan.target() + "/" + file.path());
        case RENAME -> {
          String folder = file.parent().isEmpty() ? "" : file.parent() + "/";
          move(file, folder + FilesPlan.named(plan.target(), file.name()));
        }
      }
    }
  }

  /** Before its file goes: the next one of that name is not complete by it. */
  private void deleteMarker(StoredFile file) throws IOException {
    boolean shared = plan.complete().marker().filter(m -> m.contains("{name}")).isEmpty();
    Optional<String> marker = Lookout.marker(plan, file);
    if (shared || marker.isEmpty()) {
      return;
    }
    try {
      store.delete(marker.get());
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone", marker.get());
    }
  }

  /** To the path, or to one that nobody has taken. */
  private void move(StoredFile file, String to) throws IOException {
    for (int i = 0; ; i++) {
      try {
        store.move(file.path(), numbered(to, i));
        return;
      } catch (FileAlreadyExistsException e) {
        if (i == MOST_NAMES) {
          throw e;
        }
      }
    }
  }
}
