package dev.millrace.api.connect;

import dev.millrace.api.error.Problems;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.DataType;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes a stream's changes to a table, or a topic, outside. */
public interface SinkConnector extends Connector {
  /** Options of one sink file, besides those that every sink has. */
  List<Option> sinkOptions();

  /** The modes that it can write in. */
  default Set<WriteMode> modes() {
    return Set.of(WriteMode.APPEND, WriteMode.UPSERT);
  }

  /**
   * The key of a sink's block that names the target: {@code table}, or an option of {@link
   * #sinkOptions()} in its place.
   */
  default String targetKey() {
    return "table";
  }

  /**
   * Every name that a sink takes in its system: the target's, and of what it makes beside that.
   * Those of two sinks of a project are apart.
   *
   * @param table the target, as {@link #targetKey()} names it
   * @param options of the sink, without those that are faulty
   */
  default List<String> takenNames(String table, WriteMode mode, Options options) {
    return List.of(table);
  }

  /**
   * Checks what declarations cannot say; adds every problem at its place. Reads nothing from
   * outside.
   */
  default void check(SinkDeclaration sink, Problems problems) {}

  /**
   * The guarantee in one sentence, for the manual: what is stored where, so that nothing is there
   * twice.
   */
  String guarantee();

  /**
   * The column type in the target that holds every value of {@code type}; empty if there is none.
   */
  Optional<String> targetType(DataType type);

  /**
   * Connects, creates the target's table if it is missing and checks that an existing one fits.
   *
   * @throws dev.millrace.api.error.RetryException if the system cannot be reached now
   * @throws dev.millrace.api.error.StopException if a person has to change something: access, a
   *     column's type
   */
  Sink open(SinkContext context);

  /**
   * The name of a view that is to show the target's rows and those that wait; empty for none. Where
   * there is one, {@link #open} gives a {@link ReadableSink}.
   *
   * @param sink the sink's options
   */
  default Optional<String> liveView(Options sink) {
    return Optional.empty();
  }
}
