package dev.millrace.connect.files.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.connect.files.unpack.BadContentException;
import dev.millrace.connect.files.unpack.CountedStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileConstants;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** Records of an Avro container file as JSON objects. */
final class AvroRows implements RowReader {
  private static final int HEADER_LIMIT = 16 << 20;
  private static final int SYNC = 16;
  private static final int SHOWN = 1_000;

  private final CountedStream bytes;
  private final byte[] sync;
  private final DataFileStream<GenericRecord> records;
  private final JsonKey key;
  private final int maxRow;
  private long number;

  AvroRows(BufferedInputStream in, RowFormat format) throws IOException {
    this.key = new JsonKey(format.key());
    this.maxRow = format.maxRow();
    try {
      in.mark(HEADER_LIMIT);
      CountedStream header = new CountedStream(in, 1);
      sync = sync(header);
      in.reset();
      this.bytes = new CountedStream(new AvroBlocks(in, header.count()), SYNC);
      records = new DataFileStream<>(bytes, new GenericDatumReader<>());
    } catch (AvroRuntimeException | IOException e) {
      throw new BadContentException("not an Avro file: " + e.getMessage(), e);
    }
    if (records.getSchema().getType() != Schema.Type.RECORD) {
      throw new BadContentException(
          "the Avro file holds values of type " + records.getSchema().getType() + ", not records");
    }
  }

  /** The bytes that end the header, and each block behind it. */
  private static byte[] sync(InputStream in) throws IOException {
    byte[] sync = new byte[SYNC];
    BinaryDecoder header = DecoderFactory.get().directBinaryDecoder(in, null);
    header.skipFixed(DataFileConstants.MAGIC.length);
    for (long pairs = header.readMapStart(); pairs > 0; pairs = header.mapNext()) {
      for (long i = 0; i < pairs; i++) {
        header.skipString();
        header.skipBytes();
      }
    }
    header.readFixed(sync);
    return sync;
  }

  /** The library takes a block that is cut off for the end of the file. */
  private void requireEnd() throws BadContentException {
    for (int i = 0; i < SYNC; i++) {
      if (bytes.fromEnd(i) != sync[SYNC - 1 - i]) {
        throw new BadContentException("the Avro file is cut off behind record " + number);
      }
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    try {
      if (!records.hasNext()) {
        requireEnd();
        return null;
      }
      GenericRecord record = records.next();
      number++;
      ObjectNode object = AvroJson.object(record);
      byte[] value = object.toString().getBytes(UTF_8);
      if (value.length > maxRow) {
        return Row.bad(
            Arrays.copyOf(value, Math.min(value.length, SHOWN)), number, TextLines.tooLong(maxRow));
      }
      return Row.good(value, key.of(value), number);
    } catch (OutOfMemoryError e) {
      throw new BadContentException(
          "what the Avro file has behind record " + number + " does not fit in memory", e);
    } catch (AvroRuntimeException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failed && !(cause instanceof EOFException)) {
        throw failed;
      }
      throw new BadContentException(
          "the Avro file is damaged behind record " + number + ": " + e.getMessage(), e);
    }
  }
}
