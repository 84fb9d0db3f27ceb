package dev.millrace.dbt;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Connectors of which only the declarations matter: loading a project opens nothing. */
final class DeclaredConnector {
  static final Connector KAFKA = new Kafka();
  static final SourceConnector GENERATOR = new Generator();
  static final SinkConnector POSTGRES = new Postgres();

  static final List<Connector> ALL = List.of(KAFKA, GENERATOR, POSTGRES);

  private DeclaredConnector() {}

  private static final class Kafka implements Connector {
    @Override
    public String name() {
      return "kafka";
    }

    @Override
    public String summary() {
      return "Holds topics.";
    }

    @Override
    public List<Option> systemOptions() {
      return List.of(Option.required("url", OptionType.TEXT, "Its brokers.", "kafka:9092"));
    }
  }

  private static final class Generator implements SourceConnector {
    @Override
    public String name() {
      return "generator";
    }

    @Override
    public String summary() {
      return "Makes events up.";
    }

    @Override
    public List<Option> systemOptions() {
      return List.of();
    }

    @Override
    public List<Option> sourceOptions() {
      return List.of(
          Option.withDefault("rate", OptionType.INTEGER, "100", "Events a second."),
          Option.optional("seed", OptionType.INTEGER, "Makes runs repeatable.", "42"));
    }

    @Override
    public List<Option> streamOptions() {
      return List.of(Option.optional("generate", OptionType.STRUCTURE, "How.", "{fields: {}}"));
    }

    @Override
    public void check(
        Options options,
        List<StreamDeclaration> streams,
        SourceLocation where,
        Path folder,
        Problems problems) {}

    @Override
    public Source open(SourceContext context) {
      throw new UnsupportedOperationException("declared only");
    }
  }

  private static final class Postgres implements SinkConnector {
    @Override
    public String name() {
      return "postgres";
    }

    @Override
    public String summary() {
      return "Writes tables.";
    }

    @Override
    public List<Option> systemOptions() {
      return List.of(
          Option.required("url", OptionType.TEXT, "Its JDBC address.", "jdbc:postgresql://host/db"),
          Option.optional("user", OptionType.TEXT, "The user.", "millrace"),
          Option.optional("password", OptionType.SECRET, "The password.", "{{ env_var('PW') }}"),
          Option.withDefault("connections", OptionType.INTEGER, "2", "At most."));
    }

    @Override
    public List<Option> sinkOptions() {
      return List.of(
          Option.withDefault("create_table", OptionType.BOOLEAN, "true", "Create the table."));
    }

    @Override
    public String guarantee() {
      return "none";
    }

    @Override
    public Optional<String> targetType(DataType type) {
      return Optional.of(type.toString());
    }

    @Override
    public Sink open(SinkContext context) {
      throw new UnsupportedOperationException("declared only");
    }
  }
}
