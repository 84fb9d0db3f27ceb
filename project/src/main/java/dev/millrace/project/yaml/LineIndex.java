package dev.millrace.project.yaml;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.TextFile;
import java.util.Arrays;

/** Finds places in a file as {@link TextFile#at} does, without counting its lines every time. */
final class LineIndex {
  private final TextFile file;
  private final int[] starts;

  LineIndex(TextFile file) {
    this.file = file;
    String text = file.text();
    int[] found = new int[16];
    int count = 1;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
      if (count == found.length) {
        found = Arrays.copyOf(found, 2 * count);
      }
      found[count++] = end + 1;
    }
    this.starts = Arrays.copyOf(found, count);
  }

  /** The place of a stretch, cut at the end of its first line. */
  SourceLocation at(int offset, int length) {
    String text = file.text();
    int start = Math.max(0, Math.min(offset, text.length()));
    int index = Arrays.binarySearch(starts, start);
    int line = index >= 0 ? index : -index - 2;
    int end = start;
    int limit = Math.min(text.length(), start + Math.max(0, length));
    while (end < limit && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
      end++;
    }
    return new SourceLocation(file.path(), line + 1, start - starts[line] + 1, end - start);
  }
}
