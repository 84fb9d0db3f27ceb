package dev.millrace.connect.jdbc;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.type.DataType;
import java.util.List;
import java.util.Optional;

/** Delivers streams to tables of PostgreSQL. */
public final class PostgresConnector implements SinkConnector {
  /** The connector's name. */
  public static final String NAME = "postgres";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "Keeps a table of PostgreSQL equal to a stream, or appends a stream's rows to it.";
  }

  @Override
  public List<Option> systemOptions() {
    return PostgresAddress.OPTIONS;
  }

  @Override
  public List<Option> sinkOptions() {
    return List.of(
        Option.withDefault(
            PostgresTable.CREATE_TABLE,
            OptionType.BOOLEAN,
            "true",
            "Creates the schema, the table and the key's unique index where they are missing."),
        Option.withDefault(
            PostgresTable.ADD_COLUMNS,
            OptionType.BOOLEAN,
            "false",
            "Adds columns that an existing table lacks; its old rows have null in them."),
        Option.withDefault(
                PostgresText.UNSUPPORTED_VALUES,
                OptionType.TEXT,
                PostgresText.ADAPT,
                "What happens to a value that PostgreSQL cannot hold: `adapt` replaces a NUL"
                    + " character in text by U+FFFD, and a date before 4713 BC or after its range by"
                    + " -infinity or infinity; `stop` stops the sink.")
            .oneOf(PostgresText.ADAPT, PostgresText.STOP));
  }

  @Override
  public String guarantee() {
    return "Exactly once: the changes and their position (table millrace.positions) are committed"
        + " in one transaction of the target, which also excludes a second writer.";
  }

  @Override
  public Optional<String> targetType(DataType type) {
    return Optional.of(PostgresTypes.sql(type));
  }

  @Override
  public Sink open(SinkContext context) {
    return PostgresSink.open(context);
  }
}
