package dev.millrace.jinja;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Text that is being rendered and, when it is traced, the site of each stretch of it. */
class Output {
  /** A macro's call that what follows is output of. */
  record CallSite(Site site, @Nullable CallSite outer) {}

  private static final class Muted extends Output {
    Muted() {
      super(false);
    }

    @Override
    void write(String piece, Site site) {}
  }

  private final StringBuilder text = new StringBuilder();
  private final boolean traced;
  private int[] starts = {};
  private Site[] sites = {};
  private @Nullable CallSite[] callers = {};
  private int count;
  private @Nullable CallSite caller;

  private Output(boolean traced) {
    this.traced = traced;
  }

  static Output traced() {
    return new Output(true);
  }

  static Output untraced() {
    return new Output(false);
  }

  /** Drops what is written to it. */
  static Output muted() {
    return new Muted();
  }

  void write(String piece, Site site) {
    if (traced && !piece.isEmpty()) {
      if (count == starts.length) {
        int size = Math.max(32, count * 2);
        starts = Arrays.copyOf(starts, size);
        sites = Arrays.copyOf(sites, size);
        callers = Arrays.copyOf(callers, size);
      }
      starts[count] = text.length();
      sites[count] = site;
      callers[count++] = caller;
    }
    text.append(piece);
  }

  void enter(Site call) {
    if (traced) {
      caller = new CallSite(call, caller);
    }
  }

  void leave() {
    if (caller != null) {
      caller = caller.outer();
    }
  }

  int length() {
    return text.length();
  }

  /** Drops everything after the first {@code length} characters. */
  void truncate(int length) {
    text.setLength(length);
    while (count > 0 && starts[count - 1] >= length) {
      count--;
    }
  }

  String text() {
    return text.toString();
  }

  Rendered rendered() {
    return new Rendered(
        text.toString(),
        Arrays.copyOf(starts, count),
        Arrays.copyOf(sites, count),
        Arrays.copyOf(callers, count));
  }
}
