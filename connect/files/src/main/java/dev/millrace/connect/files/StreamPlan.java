package dev.millrace.connect.files;

import dev.millrace.api.option.Glob;
import dev.millrace.connect.files.rows.RowFormat;
import java.util.List;

/**
 * Which files hold a stream's rows, and how.
 *
 * @param name the stream's
 * @param files patterns of paths
 * @param entries patterns of paths in archives
 * @param format of all of them
 */
record StreamPlan(String name, List<Glob> files, List<Glob> entries, RowFormat format) {
  boolean holds(String path) {
    return files.stream().anyMatch(g -> g.matches(path));
  }

  boolean holdsEntry(String path) {
    return entries.stream().anyMatch(g -> g.matches(path));
  }
}
