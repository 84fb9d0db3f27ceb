package dev.millrace.cli;

import dev.millrace.api.error.MillraceException;
import java.io.PrintWriter;
import java.util.Properties;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The `millrace` command. */
@Command(
    name = "millrace",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Millrace.Version.class,
    sortOptions = false,
    description = "From raw events to live dashboards in one process.",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      BuildCommand.class,
      SeedCommand.class,
      SnapshotCommand.class,
      CloneCommand.class,
      RunOperationCommand.class,
      CompileCommand.class,
      LsCommand.class,
      FreshnessCommand.class,
      DocsCommand.class,
      DepsCommand.class,
      TestCommand.class,
      PlanCommand.class,
      SqlCommand.class,
      ExportCommand.class,
      WhyCommand.class,
      InitCommand.class,
      ReplayCommand.class,
      FilesCommand.class,
      JobsCommand.class,
      AutoComplete.GenerateCompletion.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:the project has problems, a unit test failed, or the run ended with some",
      "2:the command line is wrong",
      "130:ended by Ctrl-C, in order"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace init shop && millrace run shop",
      "  millrace check examples/ads",
      "  millrace test examples/ads",
      "  millrace sql examples/ads \"SELECT * FROM campaign_minutes LIMIT 5\"",
      "",
      "Completion: source <(millrace generate-completion)"
    })
public final class Millrace implements Runnable {
  /** Problems of a project, or of a run. */
  static final int PROBLEMS = 1;

  @Spec private CommandSpec spec;

  /** Made by picocli. */
  @SuppressWarnings("NullAway.Init")
  public Millrace() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    int code = command().execute(arguments);
    if (!Interrupts.isStopping()) {
      System.exit(code);
    }
  }

  /** The command with all its subcommands, as tests and the manual's generator use it. */
  static CommandLine command() {
    CommandLine line = new CommandLine(new Millrace());
    line.setExecutionExceptionHandler(
        (e, commandLine, parsed) -> {
          PrintWriter err = commandLine.getErr();
          if (e instanceof MillraceException known) {
            err.print(Problems.text(java.nio.file.Path.of("."), known.problems()));
          } else {
            err.println("Millrace failed unexpectedly: " + e);
            err.println("Please report this with the log in the project's .millrace folder.");
            Logging.failure(e);
          }
          err.flush();
          return PROBLEMS;
        });
    line.setUsageHelpAutoWidth(true);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do, for example: millrace run examples/ads");
  }

  /** Reads the version from the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws Exception {
      Properties properties = new Properties();
      try (var in = Millrace.class.getResourceAsStream("version.properties")) {
        if (in != null) {
          properties.load(in);
        }
      }
      return new String[] {
        "millrace " + properties.getProperty("version", "unknown"),
        "Java "
            + System.getProperty("java.version")
            + ", DuckDB "
            + properties.getProperty("duckdb", "?")
            + ", Kafka "
            + properties.getProperty("kafka", "?")
      };
    }
  }
}
