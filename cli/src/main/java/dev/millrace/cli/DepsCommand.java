package dev.millrace.cli;

import dev.millrace.dbt.load.LoadSetting;
import dev.millrace.dbt.load.PackageInstaller;
import dev.millrace.dbt.load.PackageInstaller.Installed;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace deps`: the packages of a dbt project. */
@Command(
    name = "deps",
    description = {
      "Installs the packages that packages.yml or dependencies.yml asks for, and those that they"
          + " need,",
      "into dbt_packages/: from git repositories, archives and the hub. package-lock.yml has the"
          + " versions",
      "that were installed, which count until packages.yml asks for something else. Packages that"
          + " are",
      "`local:` are used where they are."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  millrace deps jaffle_shop"})
final class DepsCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "<project>",
      description = "The project's folder, which has a packages.yml.")
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Option(
      names = "--upgrade",
      description = "Takes the newest versions that packages.yml allows, and writes them down.")
  private boolean upgrade;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  DepsCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    PrintWriter out = spec.commandLine().getOut();
    dev.millrace.api.error.Problems problems = new dev.millrace.api.error.Problems();
    List<Installed> installed =
        new PackageInstaller(
                folder.toAbsolutePath().normalize(), LoadSetting.of(System.getenv()), problems)
            .install(upgrade);
    for (Installed one : installed) {
      if (one.isLocal()) {
        out.printf("%s is used in %s%n", one.name(), one.from());
      } else {
        out.printf("installed %s %s from %s%n", one.name(), one.version(), one.from());
      }
    }
    if (installed.isEmpty() && !problems.hasErrors()) {
      out.println("there is nothing to install");
    }
    out.flush();
    if (problems.hasErrors()) {
      spec.commandLine().getErr().print(Problems.text(folder, problems.all()));
      spec.commandLine().getErr().flush();
      return Millrace.PROBLEMS;
    }
    return 0;
  }
}
