package dev.millrace.connect.files;

import dev.millrace.connect.files.store.StoredFile;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files that are complete and wait to be read, in order, and the time of the oldest of them. */
final class FileQueue {
  private final Deque<Waiting> files = new ArrayDeque<>();

  /** A file, and the time of the oldest among it and those behind it. */
  private record Waiting(StoredFile file, Instant oldest) {}

  /** Adds files to an empty queue. */
  void fill(List<StoredFile> complete) {
    Instant oldest = Instant.MAX;
    for (int i = complete.size() - 1; i >= 0; i--) {
      StoredFile file = complete.get(i);
      oldest = file.modified().isBefore(oldest) ? file.modified() : oldest;
      files.push(new Waiting(file, oldest));
    }
  }

  @Nullable StoredFile poll() {
    Waiting next = files.poll();
    return next == null ? null : next.file();
  }

  boolean isEmpty() {
    return files.isEmpty();
  }

  int size() {
    return files.size();
  }

  /** Empty if none waits. */
  Optional<Instant> oldest() {
    return Optional.ofNullable(files.peek()).map(Waiting::oldest);
  }
}
