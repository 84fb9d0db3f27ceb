package dev.millrace.dbt.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A command over a dbt project, as its command line says it.
 *
 * @param command {@code build}, {@code seed}, {@code snapshot}, {@code clone}, {@code compile},
 *     {@code docs}, {@code freshness}, {@code run-operation} or {@code ls}
 * @param folder of the project
 * @param shown the same as the user named it, before the paths of files
 * @param target name of the target
 * @param profile name of the profile
 * @param profilesDir where profiles.yml is
 * @param vars blocks of YAML, or {@code name=value}
 * @param selection which nodes
 * @param state folder of the artifacts of an earlier run
 * @param defer whether nodes that are not selected are read from where that run has them
 * @param favorState whether they are read there even if they are here, too
 * @param retry whether only what failed in the last build runs
 * @param threads how many nodes run side by side
 * @param fullRefresh whether tables are made anew
 * @param failFast whether the first failure ends the build
 * @param storeFailures whether rows that tests find are kept
 * @param empty whether nodes read no rows
 * @param sample the event time that models see: {@code 3 days}, or a block with start and end
 * @param eventTimeStart of microbatch models
 * @param eventTimeEnd of microbatch models
 * @param operation what {@code run-operation} calls
 * @param output of {@code ls}: selector, name, path or json
 * @param json whether programs read what is printed
 * @param colours whether what is printed is for a terminal
 */
public record DbtRequest(
    String command,
    Path folder,
    Path shown,
    Optional<String> target,
    Optional<String> profile,
    Optional<Path> profilesDir,
    List<String> vars,
    NodeSelection selection,
    Optional<Path> state,
    boolean defer,
    boolean favorState,
    boolean retry,
    Optional<Integer> threads,
    boolean fullRefresh,
    boolean failFast,
    boolean storeFailures,
    boolean empty,
    Optional<String> sample,
    Optional<String> eventTimeStart,
    Optional<String> eventTimeEnd,
    Optional<Operation> operation,
    String output,
    boolean json,
    boolean colours) {
  /** Copies the list. */
  public DbtRequest {
    vars = List.copyOf(vars);
  }

  /**
   * A macro that is called.
   *
   * @param macro its name, or {@code package.name}
   * @param arguments each {@code name=value} or a block of YAML
   */
  public record Operation(String macro, List<String> arguments) {
    /** Copies the list. */
    public Operation {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * Which nodes.
   *
   * @param select what is selected; everything if empty
   * @param exclude what is left out
   * @param selector name of a selector of selectors.yml
   * @param types only these kinds of nodes, by dbt's names; all if empty
   * @param excludedTypes without these
   * @param indirect which tests come with a selected node: eager, cautious, buildable, empty
   */
  public record NodeSelection(
      List<String> select,
      List<String> exclude,
      Optional<String> selector,
      List<String> types,
      List<String> excludedTypes,
      Optional<String> indirect) {
    /** Copies the lists. */
    public NodeSelection {
      select = List.copyOf(select);
      exclude = List.copyOf(exclude);
      types = List.copyOf(types);
      excludedTypes = List.copyOf(excludedTypes);
    }
  }
}
