package dev.millrace.cli;

import dev.millrace.engine.Status;
import dev.millrace.project.Project;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jspecify.annotations.Nullable;

/**
 * What a run shows: one live area on a terminal, redrawn in place; plain lines, now and then,
 * elsewhere. For one thread.
 */
final class StatusArea implements AutoCloseable {
  private static final long PLAIN_EVERY_NANOS = 5_000_000_000L;

  private final PrintWriter out;
  private final Project project;
  private final @Nullable Terminal terminal;
  private final @Nullable Display display;
  private final StatusText text;
  private @Nullable Status last;
  private long plainAt;

  private StatusArea(PrintWriter out, Project project, @Nullable Terminal terminal) {
    this.out = out;
    this.project = project;
    this.terminal = terminal;
    this.display = terminal == null ? null : new Display(terminal, false);
    this.text = new StatusText(project, terminal != null && Problems.colours());
  }

  static StatusArea open(PrintWriter out, Project project) {
    if (System.console() == null || "dumb".equals(System.getenv("TERM"))) {
      return new StatusArea(out, project, null);
    }
    try {
      Terminal terminal =
          TerminalBuilder.builder().system(true).dumb(false).nativeSignals(false).build();
      return new StatusArea(out, project, terminal);
    } catch (IOException | IllegalStateException e) {
      return new StatusArea(out, project, null);
    }
  }

  /** Says what is going on, in a line that stays. */
  void progress(String line) {
    line(text.dim("· " + line));
  }

  /** Says where the page is. */
  void started(URI address, Duration took) {
    line("");
    line(
        text.bold(project.name())
            + " runs at "
            + text.link(address.toString())
            + text.dim(
                String.format(
                    Locale.ROOT, "  (started in %.1f s; Ctrl-C stops)", took.toMillis() / 1000.0)));
    line("");
  }

  private void line(String line) {
    Display area = display;
    if (area != null) {
      area.update(List.of(), 0);
    }
    Terminal device = terminal;
    if (device != null) {
      device.writer().println(AttributedString.fromAnsi(line).toAnsi(device));
      device.flush();
      if (area != null) {
        area.reset();
      }
    } else {
      out.println(line);
      out.flush();
    }
  }

  /** Shows how the parts are doing. */
  void show(Status status) {
    last = status;
    Display area = display;
    Terminal device = terminal;
    if (area != null && device != null) {
      int width = Math.max(40, device.getWidth());
      area.resize(Math.max(10, device.getHeight()), width);
      List<AttributedString> lines =
          text.area(status, width - 1).stream()
              .map(AttributedString::fromAnsi)
              .map(l -> l.columnSubSequence(0, width - 1))
              .toList();
      area.update(
          lines.subList(0, Math.min(lines.size(), Math.max(1, device.getHeight() - 1))), -1);
    } else if (System.nanoTime() - plainAt > PLAIN_EVERY_NANOS) {
      plainAt = System.nanoTime();
      out.println(text.line(status));
      out.flush();
    }
  }

  /** What the whole run did. */
  void summary(Duration took) {
    Status status = last;
    if (status != null) {
      text.summary(status, took).forEach(this::line);
    }
  }

  /** Problems that are left. */
  void problems(String problems) {
    line("");
    problems.lines().forEach(this::line);
  }

  @Override
  public void close() {
    Terminal device = terminal;
    if (device != null) {
      try {
        device.close();
      } catch (IOException e) {
        // The process ends anyway.
      }
    }
  }
}
