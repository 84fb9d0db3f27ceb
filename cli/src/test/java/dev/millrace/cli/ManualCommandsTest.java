package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.PostgresSystem;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Does what README and manual say, command by command, in a folder of its own. A command that this
 * does not know how to try is a failure: teach it, or mark a block that is none as {@code text}.
 */
@Tag("slow")
class ManualCommandsTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String MILLRACE = "./millrace";

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  @Test
  void everyCommandWorks() throws Exception {
    Logging.quiet();
    AdsRun.copyExample("ads", folder.resolve("examples/ads"));
    AdsRun.copyExample("sms", folder.resolve("examples/sms"));
    AdsRun.copyExample("music", folder.resolve("examples/music"));
    DataFolder elsewhere = DataFolder.open(Files.createDirectories(folder.resolve("elsewhere")));
    PostgresSystem postgres =
        new PostgresSystem("postgres", "ads", elsewhere.resolve("postgres"), new Ports(elsewhere));
    try (EmbeddedBroker broker = EmbeddedBroker.start(elsewhere.resolve("kafka"), 0)) {
      Map<String, Object> address = postgres.start();
      environment.put("KAFKA_BROKERS", broker.cluster().url());
      environment.put(
          "POSTGRES_URL", String.valueOf(address.get("url")).substring("jdbc:".length()));
      environment.put("POSTGRES_USER", String.valueOf(address.get("user")));
      environment.put("POSTGRES_PASSWORD", String.valueOf(address.get("password")));
      Set<String> done = new HashSet<>();
      for (Manual.Step step : Manual.steps()) {
        if (needsClickHouse(step) && !ClickHouseSystem.isAvailable()) {
          System.out.println("ManualCommandsTest: no ClickHouse for " + step.command());
        } else if (step.isFile()) {
          Files.writeString(folder.resolve("shop").resolve(step.file()), step.content());
          done.clear();
        } else if (done.add(step.command())) {
          System.out.println("ManualCommandsTest: " + step.place() + ": " + step.command());
          carryOut(step);
        }
      }
    } finally {
      postgres.stop();
    }
  }

  private static boolean needsClickHouse(Manual.Step step) {
    return step.command().contains("examples/sms") || step.command().contains("examples/music");
  }

  private void carryOut(Manual.Step step) throws Exception {
    List<String> words = step.words();
    if (words.get(0).equals(MILLRACE)) {
      if (!step.isSynopsis()) {
        millrace(step, new ArrayList<>(words.subList(1, words.size())));
      }
    } else if (words.get(0).equals("./check")) {
      // What it does is this test and all others.
      Process check =
          new ProcessBuilder("./check", "--help").directory(Manual.root().toFile()).start();
      assertThat(new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("usage: ./check");
      assertThat(check.waitFor()).isZero();
    } else if (words.get(0).equals("export")) {
      assertThat(environment).containsKey(words.get(1).replaceFirst("=.*", ""));
    } else {
      fail("%s: no test tries `%s`", step.place(), step.command());
    }
  }

  private void millrace(Manual.Step step, List<String> arguments) throws IOException {
    if (arguments.size() > 1) {
      arguments.set(1, project(arguments).toString());
    }
    boolean runs = arguments.get(0).equals("run");
    if (runs && !arguments.contains("--for")) {
      arguments.addAll(List.of("--for", "1s"));
    }
    AdsRun.Ended ended =
        runs || arguments.contains("--target") ? inAChild(arguments) : inThisProcess(arguments);
    boolean asks = arguments.contains("--fresh") && !arguments.contains("--replace-sinks");
    if (asks && ended.code() == Millrace.PROBLEMS) {
      // Its sinks were filled from the store that it replaces.
      assertThat(ended.output()).as(step.place()).contains("--replace-sinks");
    } else {
      assertThat(ended.code())
          .as("%s: %s\n%s", step.place(), step.command(), ended.output())
          .isZero();
    }
    assertThat(ended.output()).as(step.place()).isNotBlank();
  }

  private AdsRun.Ended inAChild(List<String> arguments) {
    try (ChildJvm child =
        ChildJvm.start(Millrace.class, Map.of(), environment, arguments.toArray(String[]::new))) {
      int code = child.awaitExit(LIMIT);
      return new AdsRun.Ended(code, child.output());
    }
  }

  private static AdsRun.Ended inThisProcess(List<String> arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = Millrace.command();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(out));
    int code = command.execute(arguments.toArray(String[]::new));
    return new AdsRun.Ended(code, out.toString());
  }

  /** A project's folder; another target than the first has a copy, as the manual advises. */
  private Path project(List<String> arguments) throws IOException {
    String named = arguments.get(1).equals("<project>") ? "examples/ads" : arguments.get(1);
    if (!arguments.contains("--target")) {
      return folder.resolve(named);
    }
    Path copy = folder.resolve("copy").resolve(named);
    if (!Files.exists(copy)) {
      AdsRun.copyExample("ads", copy);
    }
    return copy;
  }
}
