package dev.millrace.benchmarks;

import dev.millrace.benchmarks.DbtBenchmark.Step;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The report of {@link DbtBenchmark}.
 *
 * @param models of the project
 * @param millrace what Millrace took
 * @param dbt what dbt took; empty if it was not measured
 */
record DbtReport(
    Workplace place, int models, Map<Step, TimedCommand> millrace, Map<Step, TimedCommand> dbt) {
  /** Smaller projects are for trying the benchmark, and their reports are not kept. */
  private static final int KEPT = 1_000;

  private static final double READ_SECONDS = 1;
  private static final double OVERHEAD_MILLIS = 5;
  private static final double TIMES_LESS = 5;

  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    Map<String, Object> figures = new LinkedHashMap<>();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d models with %,d tests, %d seeds; one thread. Seconds by the clock / of processors."
                + "%n%n| | Millrace | dbt |%n|---|---|---|%n",
            models,
            3 * models,
            DbtProject.SEEDS));
    for (Step step : Step.values()) {
      line(text, step.text, Optional.ofNullable(millrace.get(step)), step(step), "%.2f");
      figures.put(step.name().toLowerCase(Locale.ROOT), figures(step));
    }
    overhead(text, figures, "build", Step.BUILD, Step.SQL);
    overhead(text, figures, "build again", Step.AGAIN, Step.SQL_AGAIN);
    overhead(text, figures, "models again", Step.MODELS, Step.SQL_MODELS);
    bars(text);
    Results results =
        models >= KEPT ? new Results(place, "dbt") : new Results(place.runs(), "dbt-" + models);
    results.write("A dbt project of " + models + " models", text.toString(), figures);
  }

  private static TimedCommand taken(Map<Step, TimedCommand> all, Step step) {
    return Optional.ofNullable(all.get(step)).orElseThrow();
  }

  private Optional<TimedCommand> step(Step step) {
    return Optional.ofNullable(dbt.get(step));
  }

  private Map<String, Object> figures(Step step) {
    Map<String, Object> both = new LinkedHashMap<>();
    both.put("millrace", taken(millrace, step));
    step(step).ifPresent(taken -> both.put("dbt", taken));
    return both;
  }

  /** What a build takes more than its SQL, in milliseconds a model. */
  private Optional<TimedCommand> overhead(Map<Step, TimedCommand> all, Step build, Step sql) {
    if (!all.containsKey(build)) {
      return Optional.empty();
    }
    TimedCommand more = taken(all, build).minus(taken(all, sql));
    return Optional.of(
        new TimedCommand(more.seconds() * 1e3 / models, more.cpuSeconds() * 1e3 / models));
  }

  private void overhead(
      StringBuilder text, Map<String, Object> figures, String what, Step build, Step sql) {
    Optional<TimedCommand> ours = overhead(millrace, build, sql);
    Optional<TimedCommand> theirs = overhead(dbt, build, sql);
    line(text, what + ": more than the SQL, ms a model", ours, theirs, "%.1f");
    Map<String, Object> both = new LinkedHashMap<>();
    ours.ifPresent(more -> both.put("millrace", more));
    theirs.ifPresent(more -> both.put("dbt", more));
    figures.put("overhead_millis_" + what.replace(' ', '_'), both);
  }

  private static void line(
      StringBuilder text,
      String what,
      Optional<TimedCommand> ours,
      Optional<TimedCommand> theirs,
      String format) {
    text.append("| ").append(what).append(" | ").append(both(ours, format)).append(" | ");
    text.append(both(theirs, format)).append(" |\n");
  }

  private static String both(Optional<TimedCommand> taken, String format) {
    return taken
        .map(t -> String.format(Locale.ROOT, format + " / " + format, t.seconds(), t.cpuSeconds()))
        .orElse("");
  }

  private void bars(StringBuilder text) {
    double read = taken(millrace, Step.READ).seconds();
    double more = overhead(millrace, Step.MODELS, Step.SQL_MODELS).orElseThrow().seconds();
    text.append(
        String.format(
            Locale.ROOT,
            "%nBars: read in under %.0f s: %s. Under %.0f ms a model more than the SQL: %.1f ms, %s.",
            READ_SECONDS,
            met(read < READ_SECONDS),
            OVERHEAD_MILLIS,
            more,
            met(more < OVERHEAD_MILLIS)));
    timesLess(text, "a build", Step.BUILD, Step.SQL);
    timesLess(text, "models", Step.MODELS, Step.SQL_MODELS);
    text.append('\n');
  }

  private void timesLess(StringBuilder text, String what, Step whole, Step sql) {
    double ours = overhead(millrace, whole, sql).orElseThrow().seconds();
    overhead(dbt, whole, sql)
        .ifPresent(
            theirs ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        " %.1f times less than dbt of %s (%.0f): %s.",
                        theirs.seconds() / ours,
                        what,
                        TIMES_LESS,
                        met(theirs.seconds() >= TIMES_LESS * ours))));
  }

  private static String met(boolean met) {
    return met ? "met" : "**missed**";
  }
}
