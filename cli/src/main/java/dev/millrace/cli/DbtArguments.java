package dev.millrace.cli;

import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequest.NodeSelection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments of commands over dbt projects: which project, which target, which nodes. */
final class DbtArguments {
  @Parameters(
      index = "0",
      paramLabel = "<project>",
      description = "The project's folder, which has a dbt_project.yml or a millrace.yml.")
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Option(
      names = {"--target", "-t"},
      paramLabel = "<name>",
      description = "One of the targets of the profile or of millrace.yml.")
  private @Nullable String target;

  @Option(
      names = "--profile",
      paramLabel = "<name>",
      description = "A profile; default: the one that dbt_project.yml names.")
  private @Nullable String profile;

  @Option(
      names = "--profiles-dir",
      paramLabel = "<folder>",
      description = "Where profiles.yml is; default: the project's folder, then ~/.dbt.")
  private @Nullable Path profilesDir;

  @Option(
      names = "--vars",
      paramLabel = "<vars>",
      description = {
        "Variables that override the project's: name=value, or a block of YAML as dbt takes it;",
        "may be repeated."
      })
  private List<String> vars = new ArrayList<>();

  @Option(
      names = {"--select", "-s", "--models", "-m"},
      paramLabel = "<nodes>",
      arity = "1..*",
      description = {
        "Which nodes, in dbt's syntax: names, +before, after+, 2+near, @all_for, tag:x,"
            + " path:models/x,",
        "config.materialized:table, source:x+, state:modified, result:error, ...; spaces join,"
            + " commas cut."
      })
  private List<String> select = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "<nodes>",
      arity = "1..*",
      description = "Without these, in the same syntax.")
  private List<String> exclude = new ArrayList<>();

  @Option(
      names = "--selector",
      paramLabel = "<name>",
      description = "A selector of selectors.yml, instead of --select.")
  private @Nullable String selector;

  @Option(
      names = "--resource-type",
      paramLabel = "<type>",
      split = "[, ]+",
      description = {
        "Only model, seed, snapshot, test, unit_test, source, exposure or analysis;",
        "may be repeated. `--resource-type model` is what `dbt run` does, `test` what `dbt test`"
            + " does."
      })
  private List<String> types = new ArrayList<>();

  @Option(
      names = "--exclude-resource-type",
      paramLabel = "<type>",
      split = "[, ]+",
      description = "Without these kinds.")
  private List<String> excludedTypes = new ArrayList<>();

  @Option(
      names = "--indirect-selection",
      paramLabel = "<how>",
      description = "Which tests come with a model: eager (default), cautious, buildable, empty.")
  private @Nullable String indirect;

  @Option(
      names = "--state",
      paramLabel = "<folder>",
      description = "Artifacts of an earlier run, for state:, result: and --defer.")
  private @Nullable Path state;

  Path folder() {
    return folder;
  }

  /** A request for a command. */
  DbtRequest request(String command, BuildOptions options, boolean json) {
    return new DbtRequest(
        command,
        folder,
        folder,
        Optional.ofNullable(target),
        Optional.ofNullable(profile),
        Optional.ofNullable(profilesDir).map(p -> p.toAbsolutePath().normalize()),
        vars,
        new NodeSelection(
            select,
            exclude,
            Optional.ofNullable(selector),
            types,
            excludedTypes,
            Optional.ofNullable(indirect)),
        Optional.ofNullable(state).map(p -> p.toAbsolutePath().normalize()),
        options.defer,
        options.favorState,
        options.retry,
        Optional.ofNullable(options.threads),
        options.fullRefresh,
        options.failFast,
        options.storeFailures,
        options.empty,
        Optional.ofNullable(options.sample),
        Optional.ofNullable(options.eventTimeStart),
        Optional.ofNullable(options.eventTimeEnd),
        Optional.ofNullable(options.operation),
        options.output,
        json,
        Problems.colours() && !json);
  }
}
