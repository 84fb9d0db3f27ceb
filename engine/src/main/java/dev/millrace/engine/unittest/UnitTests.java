package dev.millrace.engine.unittest;

import dev.millrace.api.error.Problems;
import dev.millrace.project.Project;
import dev.millrace.project.UnitTestSpec;
import dev.millrace.sql.StreamCompiler;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A project's unit tests, checked against the columns of its models and ready to run. They need no
 * broker and no other system: rows become records, are admitted and applied in batches as in a run,
 * to a store of the test's own. For one thread.
 */
public final class UnitTests implements AutoCloseable {
  private final Map<String, PreparedTest> prepared = new LinkedHashMap<>();
  private final TestClock clock = new TestClock();
  private @Nullable Sandbox sandbox;

  private UnitTests() {}

  /**
   * Checks tests.
   *
   * @param tests those of the project that are wanted
   * @param programs the project's streams that compile
   * @param compiler opened and closed by the caller
   * @param problems gets everything that is wrong with the tests
   */
  public static UnitTests prepare(
      Project project,
      List<UnitTestSpec> tests,
      Map<String, StreamProgram> programs,
      StreamCompiler compiler,
      Problems problems) {
    UnitTests prepared = new UnitTests();
    if (tests.isEmpty()) {
      return prepared;
    }
    compiler.setTimeZone(project.timeZone());
    try (Workbench bench = Workbench.open(project.timeZone())) {
      GraphCompiler graphs = new GraphCompiler(project, programs, compiler, bench, problems);
      List<Cast> fitting = new ArrayList<>();
      List<Cast> times = new ArrayList<>();
      for (UnitTestSpec test : tests) {
        Optional<TestGraph> graph = graphs.graph(test);
        graph.ifPresent(
            g ->
                prepared.prepared.put(
                    test.id(),
                    new TestPreparation(test, g, bench, fitting, times, problems).prepare()));
      }
      bench.make(fitting);
      bench.make(times);
      fitting.stream().filter(c -> c.result().isEmpty()).forEach(c -> misfit(c, problems));
    }
    return prepared;
  }

  private static void misfit(Cast cast, Problems problems) {
    String type =
        cast.expression().replaceFirst("^TRY_CAST\\(v(::JSON)? AS (.*)\\)::VARCHAR$", "$2");
    boolean watermark = cast.expression().startsWith("CASE");
    problems.error(
        UnitTestError.TEST_VALUE_MISFIT,
        cast.where(),
        "`" + cast.text() + "` is no " + (watermark ? "point in time" : type),
        cast.hint());
  }

  /** Runs a test; one that could not be prepared must not be run. */
  public UnitTestResult run(UnitTestSpec test) throws IOException {
    PreparedTest ready = prepared.get(test.id());
    if (ready == null) {
      throw new IllegalStateException("test " + test.id() + " was not prepared");
    }
    Sandbox open = sandbox;
    if (open == null) {
      open = new Sandbox(clock);
      sandbox = open;
    }
    return new TestRun(ready, open, clock).run();
  }

  /**
   * The tests in the order in which they run fastest: by model, and those that run the same part of
   * the project one after the other.
   */
  public List<UnitTestSpec> tests() {
    Map<String, Map<TestGraph, List<UnitTestSpec>>> byModel = new LinkedHashMap<>();
    for (PreparedTest test : prepared.values()) {
      byModel
          .computeIfAbsent(test.spec().model(), k -> new LinkedHashMap<>())
          .computeIfAbsent(test.graph(), k -> new ArrayList<>())
          .add(test.spec());
    }
    return byModel.values().stream()
        .flatMap(graphs -> graphs.values().stream())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public void close() throws IOException {
    Sandbox open = sandbox;
    if (open != null) {
      open.close();
    }
  }
}
