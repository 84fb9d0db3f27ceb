package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.Problems;
import dev.millrace.server.FileSelection;
import dev.millrace.server.StoreClient;
import dev.millrace.server.run.StoppedProject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace files`: the files of sources, and what is to become of them. */
@Command(
    name = "files",
    description = {
      "Lists the files that sources have begun to read, or says what is to become of them:",
      "  list    path, state, rows, error (the default; reads the store when no instance runs)",
      "  retry   a failed or skipped file is read on where it was left; it comes back from"
          + " quarantine",
      "  skip    a file that is not done is left alone from now on",
      "  forget  a file is as if it had never been read: if it is still there, all of its rows come"
          + " again",
      "  keep    those of a --source are still the same, though its folder or `identity` is another one"
          + " now",
      "The running instance does retry, skip and forget between two batches; without one Kafka is"
          + " started for it, if it is embedded."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace files examples/sms",
      "  millrace files examples/sms list \"alfa/**\" --state failed --format csv",
      "  millrace files examples/sms retry \"bravo/*.zip\" --source sms",
      "  millrace files examples/sms skip alfa/alfa_20260101.csv.gz",
      "  millrace files examples/sms keep --source sms"
    })
final class FilesCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Parameters(
      index = "1",
      arity = "0..1",
      defaultValue = "list",
      paramLabel = "<action>",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Action action = Action.list;

  @Parameters(
      index = "2..*",
      arity = "0..*",
      paramLabel = "<path>",
      description =
          "Paths as they are listed, or patterns as in sources (*, ?, [abc], {a,b}, **). Quote them"
              + " for the shell; \"**\" is all.")
  private List<String> paths = new ArrayList<>();

  @Option(
      names = "--source",
      paramLabel = "<source>",
      description = "Only files of this source; default: of all.")
  private @Nullable String source;

  @Option(
      names = "--state",
      paramLabel = "<state>",
      split = ",",
      description = "Only files in this state: ${COMPLETION-CANDIDATES}; may be repeated.")
  private List<State> states = new ArrayList<>();

  @Mixin private RowsFormat format = new RowsFormat();

  @Spec private CommandSpec spec;

  /** What is done. */
  enum Action {
    /** They are shown. */
    list,
    /** They are read on. */
    retry,
    /** They are left alone. */
    skip,
    /** They are as new. */
    forget,
    /** They are the same under another folder or identity. */
    keep
  }

  /** How a file is. */
  enum State {
    /** It is read, or will be read on. */
    reading,
    /** All of its rows are there. */
    done,
    /** It cannot be read. */
    failed,
    /** It is read on as what it is now. */
    changed,
    /** It failed, and is tried again. */
    retry,
    /** It is left alone. */
    skipped,
    /** Its content was read before. */
    duplicate
  }

  @SuppressWarnings("NullAway.Init")
  FilesCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    FileSelection selection =
        new FileSelection(
            Optional.ofNullable(source), paths, states.stream().map(State::name).toList());
    StoreClient client = StoreClient.of(arguments.folder());
    return switch (action) {
      case list -> {
        format.print(
            spec, client.files(selection), "give a path, a pattern, a --source or a --state");
        yield 0;
      }
      case retry -> amend(client, LedgerAction.RETRY, selection, "will be read on");
      case skip -> amend(client, LedgerAction.SKIP, selection, "will be left alone");
      case forget -> amend(client, LedgerAction.FORGET, selection, "will be as new");
      case keep -> keep(client);
    };
  }

  private int keep(StoreClient client) {
    String of = source;
    if (of == null || !paths.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "Say whose files are the same: --source, and no paths.");
    }
    int kept =
        client.whileStopped(() -> StoppedProject.keepFiles(arguments.load(new Problems()), of));
    spec.commandLine().getOut().println(files(kept) + " of " + of + " will not be read again.");
    return 0;
  }

  private int amend(
      StoreClient client, LedgerAction wanted, FileSelection selection, String becomes) {
    if (paths.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "Say which files: their paths, or a pattern such as \"in/*.csv\"; \"**\" is all.");
    }
    JsonNode answer =
        client.amendFiles(
            wanted,
            selection,
            () -> StoppedProject.amendFiles(arguments.load(new Problems()), wanted, selection));
    PrintWriter out = spec.commandLine().getOut();
    long amended = answer.path("amended").asLong();
    long unchanged = answer.path("unchanged").asLong();
    out.println(files(amended) + " " + becomes + ".");
    if (unchanged > 0) {
      out.println(files(unchanged) + (unchanged == 1 ? " stays as it is:" : " stay as they are:"));
      answer
          .path("files")
          .forEach(
              f ->
                  out.println(
                      "  "
                          + f.path("path").asText()
                          + " of "
                          + f.path("source").asText()
                          + " is "
                          + f.path("state").asText()));
    }
    out.flush();
    return amended == 0 ? Millrace.PROBLEMS : 0;
  }

  private static String files(long count) {
    return count + (count == 1 ? " file" : " files");
  }
}
