package dev.millrace.connect.files.store;

import java.time.Instant;

/**
 * A file or folder as its store tells of it.
 *
 * @param path below the store's root, with {@code /} between names
 * @param folder true for a folder
 * @param size in bytes; 0 for a folder
 * @param modified when it was changed last, by the server's clock and as exactly as it tells
 */
public record StoredFile(String path, boolean folder, long size, Instant modified) {
  /** The name without the folders before it. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The folder that it is in; empty for the root. */
  public String parent() {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /** True if its content is what it was, as far as the store tells. */
  public boolean isUnchanged(StoredFile before) {
    return size == before.size && modified.equals(before.modified);
  }
}
