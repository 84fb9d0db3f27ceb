package dev.millrace.connect.files.store;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders of this machine of which the system tells when something comes or changes in them. It is
 * no more than a hint: file systems of other machines tell nothing, and there are limits.
 */
final class FolderWatch {
  private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);
  private static final int MOST_FOLDERS = 1_000;

  private final Map<Path, WatchKey> keys = new HashMap<>();
  private @Nullable WatchService service;
  private boolean impossible;

  /** Watches a folder, too. */
  void add(Path folder) {
    WatchKey known = keys.get(folder);
    if (impossible || known != null && known.isValid()) {
      return;
    }
    keys.values().removeIf(key -> !key.isValid());
    if (keys.size() >= MOST_FOLDERS) {
      return;
    }
    try {
      WatchService open = service;
      if (open == null) {
        open = FileSystems.getDefault().newWatchService();
        service = open;
      }
      keys.put(
          folder,
          folder.register(
              open, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{} is not watched", folder, e);
      impossible = service == null;
    }
  }

  /** Waits so long, or until something has come or changed; true if so. */
  boolean await(long nanos) throws InterruptedException {
    WatchService open = service;
    if (open == null) {
      TimeUnit.NANOSECONDS.sleep(nanos);
      return false;
    }
    WatchKey key = open.poll(nanos, TimeUnit.NANOSECONDS);
    boolean changed = key != null;
    while (key != null) {
      key.pollEvents();
      key.reset();
      key = open.poll();
    }
    return changed;
  }

  /** Ends it; never throws. */
  void close() {
    WatchService open = service;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("closing failed", e);
      }
    }
  }
}
