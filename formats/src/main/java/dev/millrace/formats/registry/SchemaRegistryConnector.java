package dev.millrace.formats.registry;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Option;
import java.util.List;

/** Systems of type {@code schema_registry}. */
public final class SchemaRegistryConnector implements Connector {
  @Override
  public String name() {
    return RegistryOptions.TYPE;
  }

  @Override
  public String summary() {
    return "A schema registry with Confluent's REST interface, which keeps the schemas of topics in"
        + " Avro, Protobuf and JSON Schema.";
  }

  @Override
  public List<Option> systemOptions() {
    return RegistryOptions.OPTIONS;
  }
}
