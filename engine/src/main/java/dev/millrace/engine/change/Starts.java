package dev.millrace.engine.change;

import dev.millrace.api.error.Problems;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.change.ChangePlan.ChangeError;
import dev.millrace.engine.change.Definition.StreamDefinition;
import dev.millrace.engine.store.Instants;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.Project;
import dev.millrace.sql.Relation;
import dev.millrace.sql.Step;
import dev.millrace.sql.Step.Blame;
import dev.millrace.sql.StreamProgram;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where streams start ({@code start} in their configuration): a stream is its query over the rows
 * of its sources whose event time is not before an instant. {@code now} is the instant at which the
 * stream was first planned by a run, and stays.
 */
public final class Starts {
  private static final String KEY = "start";
  private static final String BEGINNING = "beginning";
  private static final String NOW = "now";

  private Starts() {}

  /** Checks what the models say of their start; {@code problems} gets everything that is wrong. */
  public static void check(
      Project project, Map<String, StreamProgram> programs, Problems problems) {
    for (ModelSpec model : project.models()) {
      String text = text(model);
      if (text.equals(BEGINNING) || model.materialization() != Materialization.STREAM) {
        continue;
      }
      if (!text.equals(NOW) && instant(text, project.timeZone()).isEmpty()) {
        problems.error(
            ChangeError.START_UNKNOWN,
            model.sourceMap().locate(0, 0),
            "stream `" + model.name() + "` starts at `" + text + "`, which is no time",
            "write `beginning`, `now`, a date or a time such as `2026-01-31T08:00:00Z`");
      }
      StreamProgram program = programs.get(model.name());
      if (program == null) {
        continue;
      }
      if (program.inputs().stream().anyMatch(i -> isChanges(project, i))) {
        problems.error(
            ChangeError.START_NOT_OF_SOURCE,
            model.sourceMap().locate(0, 0),
            "stream `"
                + model.name()
                + "` has `start`, but reads change data, whose rows have no event time",
            "leave `start` out: such a stream is made of the rows as they are now");
      } else if (!program.inputs().stream().allMatch(i -> isSource(i) || i.isTable())) {
        problems.error(
            ChangeError.START_NOT_OF_SOURCE,
            model.sourceMap().locate(0, 0),
            "stream `" + model.name() + "` has `start`, but reads another stream",
            "put `start` on the stream that reads the source");
      }
    }
  }

  private static boolean isChanges(Project project, Relation relation) {
    return project.streams().stream()
        .anyMatch(s -> s.format().isChanges() && s.qualifiedName().equals(relation.name()));
  }

  private static boolean isSource(Relation relation) {
    return relation.identity().equals(List.of("_id")) && relation.name().contains(".");
  }

  /**
   * The programs with what their starts leave out.
   *
   * @param stored knows when streams that start now were first planned
   */
  public static Map<String, StreamProgram> apply(
      Project project, Map<String, StreamProgram> programs, StoredProject stored, Instant now) {
    Map<String, StreamProgram> started = new LinkedHashMap<>();
    for (Map.Entry<String, StreamProgram> entry : programs.entrySet()) {
      ModelSpec model = project.model(entry.getKey()).orElseThrow();
      long micros = micros(model, project.timeZone(), stored, now);
      started.put(
          entry.getKey(),
          micros == StreamDefinition.BEGINNING
              ? entry.getValue()
              : from(model.name(), entry.getValue(), micros));
    }
    return started;
  }

  /** The instant, microseconds since 1970, or {@link StreamDefinition#BEGINNING}. */
  private static long micros(ModelSpec model, ZoneId zone, StoredProject stored, Instant now) {
    String text = text(model);
    if (text.equals(BEGINNING)) {
      return StreamDefinition.BEGINNING;
    }
    if (text.equals(NOW)) {
      return stored.stream(model.name())
          .map(StreamDefinition::start)
          .filter(start -> start.startsWith(NOW))
          .or(() -> Optional.ofNullable(stored.starts().get(model.name())))
          .filter(start -> start.startsWith(NOW))
          .map(StreamDefinition::startMicros)
          .orElse(Instants.micros(now));
    }
    return Instants.micros(instant(text, zone).orElseThrow());
  }

  /** The instants of those streams that do not start at the beginning, microseconds since 1970. */
  public static Map<String, Long> instants(Project project, Map<String, StreamProgram> started) {
    Map<String, Long> instants = new HashMap<>();
    started.forEach(
        (name, program) -> {
          long micros = Definitions.of(project.model(name).orElseThrow(), program).startMicros();
          if (micros != StreamDefinition.BEGINNING) {
            instants.put(name, micros);
          }
        });
    return instants;
  }

  /** What a model's configuration says, and the instant that its program has. */
  static String definition(ModelSpec model, StreamProgram program) {
    String text = text(model);
    if (text.equals(BEGINNING)) {
      return text;
    }
    for (Step step : program.steps()) {
      if (step instanceof Step.Make make && make.table().endsWith(suffix(model.name()))) {
        int open = make.select().lastIndexOf('(');
        return text + " " + make.select().substring(open + 1, make.select().length() - 1);
      }
    }
    return text;
  }

  private static String text(ModelSpec model) {
    Object value = model.config().getOrDefault(KEY, BEGINNING);
    return String.valueOf(value).strip();
  }

  private static Optional<Instant> instant(String text, ZoneId zone) {
    try {
      return Optional.of(
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(zone).toInstant()
              : OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String suffix(String model) {
    return "__since_" + model;
  }

  private static StreamProgram from(String model, StreamProgram program, long micros) {
    Map<String, String> names = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    for (Relation input : program.inputs()) {
      if (input.isTable()) {
        continue;
      }
      String name = input.delta() + suffix(model);
      names.put(input.delta(), name);
      String time = input.watermarks().keySet().stream().findFirst().orElseThrow();
      steps.add(
          new Step.Make(
              name,
              "SELECT * FROM "
                  + Identifier.quote(input.delta())
                  + " WHERE "
                  + Identifier.quote(time)
                  + " >= make_timestamptz("
                  + micros
                  + ")",
              Blame.ROW));
    }
    for (Step step : program.steps()) {
      steps.add(renamed(step, names));
    }
    return new StreamProgram(
        program.inputs(),
        program.output(),
        program.states(),
        steps,
        program.batchSql(),
        program.plan());
  }

  private static Step renamed(Step step, Map<String, String> names) {
    if (step instanceof Step.Make make) {
      return new Step.Make(make.table(), renamed(make.select(), names), make.blame());
    } else if (step instanceof Step.Append append) {
      return new Step.Append(append.state(), renamed(append.select(), names));
    } else if (step instanceof Step.Slice slice) {
      return new Step.Slice(
          slice.table(),
          slice.state(),
          names.getOrDefault(slice.probe(), slice.probe()),
          slice.probeKey());
    } else if (step instanceof Step.Remove remove) {
      return new Step.Remove(remove.state(), renamed(remove.select(), names));
    }
    return step;
  }

  private static String renamed(String select, Map<String, String> names) {
    String renamed = select;
    for (Map.Entry<String, String> name : names.entrySet()) {
      renamed = renamed.replace(Identifier.quote(name.getKey()), Identifier.quote(name.getValue()));
    }
    return renamed;
  }
}
