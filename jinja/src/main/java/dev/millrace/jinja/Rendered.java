package dev.millrace.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A template's output, with the place in the templates that each character came from. */
public final class Rendered {
  private final String text;
  private final int[] starts;
  private final Site[] sites;
  private final @Nullable Output.CallSite[] callers;

  Rendered(String text, int[] starts, Site[] sites, @Nullable Output.CallSite[] callers) {
    this.text = text;
    this.starts = starts;
    this.sites = sites;
    this.callers = callers;
  }

  public String text() {
    return text;
  }

  /**
   * Where the character at {@code offset} of the text came from. Literal text maps to its exact
   * character; the output of an expression to the start of the expression; what a macro wrote to
   * the outermost call, with the places inside the macros as its inner origins. The end of the text
   * maps to where its last character came from. Empty for an offset outside of the text.
   */
  public Optional<Origin> originOf(int offset) {
    if (offset < 0 || offset > text.length() || starts.length == 0) {
      return Optional.empty();
    }
    int at = Math.max(0, Math.min(offset, text.length() - 1));
    int found = Arrays.binarySearch(starts, at);
    int index = found >= 0 ? found : -found - 2;
    List<Origin> inner = new ArrayList<>();
    Origin origin = sites[index].origin(at - starts[index], List.of());
    for (Output.CallSite caller = callers[index]; caller != null; caller = caller.outer()) {
      inner.add(0, origin);
      origin = caller.site().origin(0, List.of());
    }
    return Optional.of(
        new Origin(origin.template(), origin.line(), origin.column(), List.copyOf(inner)));
  }

  @Override
  public String toString() {
    return text;
  }
}
