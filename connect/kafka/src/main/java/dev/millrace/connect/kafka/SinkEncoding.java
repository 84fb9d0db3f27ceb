package dev.millrace.connect.kafka;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.RecordEncoding;
import dev.millrace.formats.RegistryEncoding;
import dev.millrace.formats.RegistryEncoding.Written;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.registry.RegistryClient;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the JSON of keys and rows is written to the topic. */
final class SinkEncoding {
  private final SinkContext context;
  private final @Nullable RecordEncoding encoding;
  private final String language;

  /**
   * The encoding that a sink asks for.
   *
   * @param key the columns of the record's key; empty for records without one
   */
  SinkEncoding(SinkContext context, List<String> key) {
    this.context = context;
    Optional<SchemaType> schemas = SinkTopic.schemas(context.options());
    this.encoding = schemas.map(s -> encoding(context, s, key)).orElse(null);
    this.language = schemas.map(SinkTopic::name).orElse("JSON");
  }

  private static RecordEncoding encoding(
      SinkContext context, SchemaType schemas, List<String> key) {
    RegistryClient registry = RegistryClient.of(context.registry());
    Schema schema = context.schema();
    List<Column> columns = key.stream().map(k -> schema.column(k).orElseThrow()).toList();
    return new RegistryEncoding(
        context.table(),
        Optional.of(new Written(schemas, schema.columns())),
        columns.isEmpty() ? Optional.empty() : Optional.of(new Written(schemas, columns)),
        () -> registry);
  }

  byte[] value(byte[] row) {
    try {
      return encoding == null ? row : encoding.value(row);
    } catch (BadRecordException e) {
      throw unsupported(e);
    }
  }

  byte @Nullable [] key(byte @Nullable [] key) {
    try {
      return encoding == null ? key : encoding.key(key);
    } catch (BadRecordException e) {
      throw unsupported(e);
    }
  }

  private StopException unsupported(BadRecordException e) {
    return new StopException(
        Problem.error(
            KafkaSinkError.SINK_VALUE_UNSUPPORTED,
            null,
            "sink `%s`: %s cannot hold a row of topic `%s`: %s"
                .formatted(context.sink(), language, context.table(), e.reason()),
            "select another value in its place, or deliver the column as VARCHAR"),
        e);
  }
}
