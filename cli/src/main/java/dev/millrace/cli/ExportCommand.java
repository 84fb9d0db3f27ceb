package dev.millrace.cli;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.table.HiveField;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.server.RemoteBuild;
import dev.millrace.server.StoreClient;
import dev.millrace.server.run.StoppedExport;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace export`: a table as plain Parquet files. */
@Command(
    name = "export",
    description = {
      "Writes a table as plain Parquet files in folders as Hive has them: dt=2026-11-21/part-*.parquet.",
      "The table is one of the store, a stream or a table of the lake. Each partition is replaced in one"
          + " step, so that readers of the folder find it as it was or as it is; those that the table has"
          + " no rows of any more go.",
      "The running instance writes, or the store is opened when none runs."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace export examples/music fact_listens --to /data/listens --partition-by \"day(listened_at)\"",
      "  millrace export examples/music fact_listens --to /data/listens --partition-by"
          + " \"day(listened_at)\" --only dt=2026-11-21",
      "  millrace export examples/ads campaign_minutes --to minutes --partition-by campaign_id"
    })
final class ExportCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Parameters(
      index = "1",
      paramLabel = "<table>",
      description = "A table, `schema.table` outside of schema `main`.")
  private String table;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "<folder>",
      description = "Where the files go: a folder of this export alone, made if there is none.")
  private Path folder;

  @Option(
      names = "--partition-by",
      paramLabel = "<column>",
      description =
          "A level of folders: a column, or year(), month(), day() or hour() of a time (in UTC);"
              + " `name=day(at)` gives the folders a name, which is `dt` for days. May be repeated.")
  private List<String> partitioning = new ArrayList<>();

  @Option(
      names = "--only",
      paramLabel = "<partition>",
      description =
          "Only this partition, as its folder is called; the others stay as they are. May be repeated.")
  private List<String> only = new ArrayList<>();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  ExportCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    StoreClient.of(arguments.folder()).requireStore();
    ExportRequest request = request();
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch closed = new CountDownLatch(1);
    Interrupts.closeBefore(closed);
    try {
      Optional<RemoteBuild> instance = RemoteBuild.find(arguments.folder());
      if (instance.isPresent()) {
        Interrupts.whenAsked(instance.get()::cancel);
        return instance.get().export(request, arguments.folder(), Problems.colours(), out);
      }
      out.println(
          StoppedExport.run(
              arguments.folder(),
              Files.exists(arguments.folder().resolve("dbt_project.yml"))
                  ? Optional.empty()
                  : Optional.of(arguments.load(new dev.millrace.api.error.Problems())),
              memory.bytes(spec),
              request,
              Interrupts::whenAsked));
      return 0;
    } catch (MillraceException e) {
      spec.commandLine().getErr().print(Problems.text(arguments.folder(), e.problems()));
    } catch (AdapterException e) {
      spec.commandLine().getErr().println("`" + table + "` cannot be read: " + e.getMessage());
    } finally {
      out.flush();
      spec.commandLine().getErr().flush();
      closed.countDown();
    }
    return Millrace.PROBLEMS;
  }

  private ExportRequest request() {
    List<HiveField> fields = new ArrayList<>();
    for (String text : partitioning) {
      fields.add(
          HiveField.parse(text)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "--partition-by: `"
                              + text
                              + "` is no level of folders; write a column, or year(), month(),"
                              + " day() or hour() of one, such as \"dt=day(at)\"")));
    }
    return new ExportRequest(table, folder.toAbsolutePath().normalize(), fields, only);
  }
}
