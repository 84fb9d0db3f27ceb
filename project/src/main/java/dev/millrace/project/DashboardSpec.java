package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A page of panels over the store's tables.
 *
 * @param name the file's name without its extension; part of the page's address
 * @param title shown at the top
 * @param description Markdown below the title; empty if there is none
 * @param timeRanges the ranges a viewer can choose, shortest first
 * @param defaultRange one of them
 * @param filters choices at the top
 * @param panels in reading order
 * @param where its place
 */
public record DashboardSpec(
    String name,
    String title,
    String description,
    List<Duration> timeRanges,
    Duration defaultRange,
    List<Filter> filters,
    List<Panel> panels,
    SourceLocation where) {
  /** Copies the lists. */
  public DashboardSpec {
    timeRanges = List.copyOf(timeRanges);
    filters = List.copyOf(filters);
    panels = List.copyOf(panels);
  }

  /**
   * A choice that every panel may use as {@code $name}; it is NULL while nothing is chosen.
   *
   * @param name the parameter
   * @param label what the viewer reads
   * @param sql a SELECT of one column, the choices
   */
  public record Filter(String name, String label, String sql, SourceLocation where) {}

  /**
   * One chart.
   *
   * @param title above it
   * @param kind how its rows are drawn
   * @param sql a SELECT; it may use {@code $from} and {@code $to} (the time range) and the filters
   * @param x the column along the axis, or the slice's name
   * @param y the columns drawn as values
   * @param series the column that splits rows into several lines or bars
   * @param format how values are written: {@code number}, {@code percent}, {@code bytes}, {@code
   *     duration}, or a currency such as {@code EUR}
   * @param width in twelfths of the page, 1 to 12
   * @param text what it shows, for screen readers and for the hint at its title
   */
  public record Panel(
      String title,
      Kind kind,
      String sql,
      Optional<String> x,
      List<String> y,
      Optional<String> series,
      String format,
      int width,
      String text,
      SourceLocation where) {
    /** Copies the list. */
    public Panel {
      y = List.copyOf(y);
    }
  }

  /** How rows are drawn. */
  public enum Kind {
    /** One large figure: the first row's first value. */
    NUMBER,
    /** Lines over x. */
    LINE,
    /** Bars over x. */
    BAR,
    /** Slices by x. */
    PIE,
    /** Cells by x and series, coloured by y. */
    HEATMAP,
    /** Rows as they are. */
    TABLE
  }
}
