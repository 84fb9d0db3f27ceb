package dev.millrace.connect.files.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.connect.files.unpack.BadContentException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Records of an Avro container file as JSON objects. */
final class AvroRows implements RowReader {
  private final DataFileStream<GenericRecord> records;
  private final JsonKey key;
  private long number;

  AvroRows(InputStream in, String key) throws IOException {
    this.key = new JsonKey(key);
    try {
      records = new DataFileStream<>(in, new GenericDatumReader<>());
    } catch (AvroRuntimeException | IOException e) {
      throw new BadContentException("not an Avro file: " + e.getMessage(), e);
    }
    if (records.getSchema().getType() != Schema.Type.RECORD) {
      throw new BadContentException(
          "the Avro file holds values of type " + records.getSchema().getType() + ", not records");
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    try {
      if (!records.hasNext()) {
        return null;
      }
      GenericRecord record = records.next();
      number++;
      ObjectNode object = AvroJson.object(record);
      byte[] value = object.toString().getBytes(UTF_8);
      return Row.good(value, key.of(value), number);
    } catch (AvroRuntimeException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failed && !(cause instanceof java.io.EOFException)) {
        throw failed;
      }
      throw new BadContentException(
          "the Avro file is damaged behind record " + number + ": " + e.getMessage(), e);
    }
  }
}
