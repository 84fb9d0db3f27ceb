package dev.millrace.project;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checked project for one target: nothing in it refers to what is not there.
 *
 * @param name lower case letters, digits and underscores
 * @param folder absolute
 * @param timeZone of every connection; UTC unless the project says otherwise
 * @param target the chosen target
 * @param vars the project's variables
 * @param sources in the order of files and within them
 * @param models that are kept up to date, in an order in which each comes after those it reads
 * @param batch what {@code millrace build} makes; seeds and snapshots first
 * @param sinks in the order of files and within them
 * @param dashboards in the order of files
 * @param jobs in the order of jobs.yml
 * @param unitTests in the order of files and within them
 * @param graph which asset reads which
 */
public record Project(
    String name,
    Path folder,
    ZoneId timeZone,
    Target target,
    Map<String, Object> vars,
    List<SourceSpec> sources,
    List<ModelSpec> models,
    List<BatchSpec> batch,
    List<SinkSpec> sinks,
    List<DashboardSpec> dashboards,
    List<JobSpec> jobs,
    List<UnitTestSpec> unitTests,
    AssetGraph graph) {
  /** Copies the lists and the map. */
  public Project {
    vars = Map.copyOf(vars);
    sources = List.copyOf(sources);
    models = List.copyOf(models);
    batch = List.copyOf(batch);
    sinks = List.copyOf(sinks);
    dashboards = List.copyOf(dashboards);
    jobs = List.copyOf(jobs);
    unitTests = List.copyOf(unitTests);
  }

  /** The model of that name. */
  public Optional<ModelSpec> model(String name) {
    return models.stream().filter(m -> m.name().equals(name)).findFirst();
  }

  /** The job of that name. */
  public Optional<JobSpec> job(String name) {
    return jobs.stream().filter(j -> j.name().equals(name)).findFirst();
  }

  /** What {@code millrace build} makes and streams read, in the order of {@link #batch}. */
  public List<BatchSpec> lookups() {
    return batch.stream()
        .filter(
            b ->
                models.stream()
                    .anyMatch(
                        m ->
                            m.materialization() == ModelSpec.Materialization.STREAM
                                && m.reads().contains(b.name())))
        .toList();
  }

  /** Every stream of every source. */
  public List<StreamSpec> streams() {
    return sources.stream().flatMap(s -> s.streams().stream()).toList();
  }
}
