package dev.millrace.engine;

import dev.millrace.api.error.Problems;
import dev.millrace.engine.Programs.ProgramError;
import dev.millrace.log.KafkaSystem;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds sinks that write a topic from which, over streams and perhaps other sinks, their own stream
 * is made: such a project would feed itself for ever.
 */
final class SinkLoops {
  private final Project project;
  private final List<SinkSpec> sinks;

  private SinkLoops(Project project) {
    this.project = project;
    this.sinks = FedTopics.sinks(project);
  }

  /** Adds a problem for each sink that closes a loop. */
  static void check(Project project, Problems problems) {
    SinkLoops loops = new SinkLoops(project);
    for (SinkSpec sink : loops.sinks) {
      Set<String> fed = new HashSet<>();
      loops.follow(sink.table(), fed);
      if (fed.contains(sink.from())) {
        problems.error(
            ProgramError.SINK_LOOP,
            sink.where(KafkaSystem.TOPIC),
            "sink `"
                + sink.name()
                + "` writes topic `"
                + sink.table()
                + "`, from which stream `"
                + sink.from()
                + "` is made: its output would come back as input for ever",
            "write another topic");
      }
    }
  }

  /** Adds everything that records of a topic reach: source streams, models. */
  private void follow(String topic, Set<String> fed) {
    for (StreamSpec stream : project.streams()) {
      if (stream.topic().equals(topic) && fed.add(stream.qualifiedName())) {
        followModels(stream.qualifiedName(), fed);
      }
    }
  }

  private void followModels(String input, Set<String> fed) {
    for (ModelSpec model : project.models()) {
      if (model.reads().contains(input) && fed.add(model.name())) {
        followModels(model.name(), fed);
        sinks.stream()
            .filter(s -> s.from().equals(model.name()))
            .forEach(s -> follow(s.table(), fed));
      }
    }
  }
}
