package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.error.RetryException;
import dev.millrace.connect.files.store.SftpAddress;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.SftpSystem;
import dev.millrace.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet files that DuckDB wrote, read from a disk, from a server and out of archives. */
class ParquetFilesTest {
  private static final int ROWS = 30_000;

  @TempDir Path folder;
  @TempDir Path elsewhere;

  private static void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute(sql);
    }
  }

  private static Path write(Path file, String select, String options) throws Exception {
    Files.createDirectories(file.getParent());
    execute("COPY (" + select + ") TO '" + file + "' (FORMAT parquet" + options + ")");
    return file;
  }

  private Path write(String name, String select) throws Exception {
    return write(folder.resolve(name), select, "");
  }

  private static String rows(int from, int to) {
    return "SELECT i AS id, 'name ' || i AS name FROM range(%d, %d) t(i)".formatted(from, to);
  }

  private FilesRun run() {
    return new FilesRun(folder).stream("files", "**");
  }

  private String state(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
    FilesRun run = new FilesRun(folder).stream("files", name).run();
    assertThat(run.states()).hasSize(1);
    return run.states().get(0);
  }

  @Test
  void readsRowsOfEveryCodec() throws Exception {
    for (String codec :
        List.of("uncompressed", "snappy", "gzip", "zstd", "lz4", "lz4_raw", "brotli")) {
      Path file = folder.resolve(codec + ".parquet");
      write(file, rows(0, ROWS), ", COMPRESSION " + codec + ", ROW_GROUP_SIZE 5000");
      FilesRun run = new FilesRun(folder).stream("files", codec + ".*").run();
      assertThat(run.rows()).as(codec).hasSize(ROWS).doesNotHaveDuplicates();
      assertThat(run.rows().get(7)).isEqualTo("{\"id\":7,\"name\":\"name 7\"}");
      assertThat(FilesRun.header(run.records().get(7), "line")).isEqualTo("8");
      assertThat(run.states()).containsExactly(codec + ".parquet done");
    }
  }

  /** The same row in both formats. */
  @Test
  void valuesLookAsThoseOfAvroDo() throws Exception {
    write(
        "a.parquet",
        """
        SELECT 7::INTEGER AS i, -8::BIGINT AS l, 0.1::FLOAT AS f, 1e300::DOUBLE AS d, 'NaN'::DOUBLE AS n,
          true AS b, 'Zoë' AS s, '\\x00\\xFF'::BLOB AS bytes, NULL::VARCHAR AS nothing,
          12.50::DECIMAL(9, 2) AS price, DATE '2024-02-29' AS day, TIME '10:15:00' AS t,
          TIME '10:15:00.000001' AS t6, TIMESTAMP '2024-03-31 02:30:00' AS at,
          TIMESTAMP '2024-03-31 02:30:00.5' AS at5,
          TIMESTAMPTZ '2024-03-31 02:30:00.123456+00' AS moment,
          '2024-03-31 02:30:00'::TIMESTAMP_MS AS millis,
          {'x': [1, NULL], 'when': [TIMESTAMP '2024-03-31 02:30:00'], 'raw': '\\x01'::BLOB} AS r,
          MAP {'one': TIMESTAMP '2024-03-31 02:30:00'} AS m
        """);
    avro(folder.resolve("b.avro"));
    TimeZone before = TimeZone.getDefault();
    // Where there was no half past two on that day.
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    try {
      List<String> rows = run().run().rows();
      assertThat(rows).hasSize(2);
      assertThat(rows.get(0)).isEqualTo(rows.get(1));
      assertThat(rows.get(0))
          .contains("\"f\":0.1,", "\"n\":\"NaN\"", "\"bytes\":\"AP8=\"", "\"price\":12.50")
          .contains("\"at\":\"2024-03-31T02:30\"", "\"moment\":\"2024-03-31T02:30:00.123456Z\"");
    } finally {
      TimeZone.setDefault(before);
    }
  }

  private static void avro(Path file) throws IOException {
    Schema string = Schema.create(Schema.Type.STRING);
    Schema local = LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    Schema millis =
        LogicalTypes.localTimestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
    Schema moment = LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    Schema time = LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
    Schema day = LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
    Schema price = LogicalTypes.decimal(9, 2).addToSchema(Schema.create(Schema.Type.BYTES));
    Schema integer =
        Schema.createUnion(Schema.create(Schema.Type.INT), Schema.create(Schema.Type.NULL));
    Schema nested =
        Schema.createRecord(
            "Nested",
            null,
            null,
            false,
            List.of(
                new Schema.Field("x", Schema.createArray(integer)),
                new Schema.Field("when", Schema.createArray(local)),
                new Schema.Field("raw", Schema.create(Schema.Type.BYTES))));
    Map<String, Object[]> fields = new LinkedHashMap<>();
    long at = 1_711_852_200_000_000L;
    fields.put("i", new Object[] {Schema.create(Schema.Type.INT), 7});
    fields.put("l", new Object[] {Schema.create(Schema.Type.LONG), -8L});
    fields.put("f", new Object[] {Schema.create(Schema.Type.FLOAT), 0.1f});
    fields.put("d", new Object[] {Schema.create(Schema.Type.DOUBLE), 1e300});
    fields.put("n", new Object[] {Schema.create(Schema.Type.DOUBLE), Double.NaN});
    fields.put("b", new Object[] {Schema.create(Schema.Type.BOOLEAN), true});
    fields.put("s", new Object[] {string, "Zoë"});
    fields.put("bytes", new Object[] {Schema.create(Schema.Type.BYTES), bytes(0, 0xff)});
    fields.put("nothing", new Object[] {Schema.create(Schema.Type.NULL), null});
    fields.put("price", new Object[] {price, bytes(0x04, 0xe2)});
    fields.put("day", new Object[] {day, 19_782});
    fields.put("t", new Object[] {time, 36_900_000_000L});
    fields.put("t6", new Object[] {time, 36_900_000_001L});
    fields.put("at", new Object[] {local, at});
    fields.put("at5", new Object[] {local, at + 500_000});
    fields.put("moment", new Object[] {moment, at + 123_456});
    fields.put("millis", new Object[] {millis, at / 1_000});
    GenericRecord r =
        new GenericRecordBuilder(nested)
            .set("x", Arrays.asList(1, null))
            .set("when", List.of(at))
            .set("raw", bytes(1))
            .build();
    fields.put("r", new Object[] {nested, r});
    fields.put("m", new Object[] {Schema.createMap(local), Map.of("one", at)});
    Schema schema =
        Schema.createRecord(
            "Row",
            null,
            null,
            false,
            fields.entrySet().stream()
                .map(e -> new Schema.Field(e.getKey(), (Schema) e.getValue()[0]))
                .toList());
    GenericRecordBuilder row = new GenericRecordBuilder(schema);
    fields.forEach((name, field) -> row.set(name, field[1]));
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, file.toFile());
      writer.append(row.build());
    }
  }

  private static ByteBuffer bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void valuesThatAvroLacks() throws Exception {
    write(
        "a.parquet",
        """
        SELECT 255::UTINYINT AS small, 18446744073709551615::UBIGINT AS large,
          12345678901234567890.123::DECIMAL(38, 3) AS digits,
          '2024-03-31 02:30:00.123456789'::TIMESTAMP_NS AS nanos,
          [{'at': '2024-03-31 02:30:00'::TIMESTAMP_NS, 'a "b", c': 1}] AS deep,
          '12345678-1234-1234-1234-123456789abc'::UUID AS u, '{"k": [1.10]}'::JSON AS doc,
          INTERVAL 3 DAYS AS span, '10:15:00+02'::TIMETZ AS zoned, 'x'::ENUM('x', 'y') AS e,
          MAP {7: 'seven'} AS m, [[1, NULL], []] AS lists, NULL::INTEGER[] AS no_list
        """);
    assertThat(run().run().rows())
        .containsExactly(
            "{\"small\":255,\"large\":18446744073709551615,\"digits\":12345678901234567890.123,"
                + "\"nanos\":\"2024-03-31T02:30:00.123456789\","
                + "\"deep\":[{\"at\":\"2024-03-31T02:30\",\"a \\\"b\\\", c\":1}],"
                + "\"u\":\"12345678-1234-1234-1234-123456789abc\",\"doc\":{\"k\":[1.10]},"
                + "\"span\":\"3 days\",\"zoned\":\"08:15\",\"e\":\"x\",\"m\":{\"7\":\"seven\"},"
                + "\"lists\":[[1,null],[]],\"no_list\":null}");
  }

  @Test
  void aFolderNamedLikeAPartitionAndAPatternAreJustNames() throws Exception {
    write("day=1/a*[b]?.parquet", rows(0, 3));
    write("day=1/a1b2.parquet", rows(5, 6));
    FilesRun run = run().stream("record_key", "id").run();
    assertThat(run.rows()).hasSize(4).first().isEqualTo("{\"id\":0,\"name\":\"name 0\"}");
    assertThat(run.records().get(0).key()).isEqualTo("0".getBytes(UTF_8));
  }

  @Test
  void goesOnInTheMiddle() throws Exception {
    write("a.parquet", rows(0, 100_000));
    FilesRun run = run();
    int lives = 0;
    for (; run.records().size() < 100_000; lives++) {
      assertThat(lives).isLessThan(200);
      run.run(3);
    }
    assertThat(lives).isGreaterThan(1);
    assertThat(run.run().rows()).hasSize(100_000).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("a.parquet done");
  }

  @Test
  void readsOutOfArchivesThroughACopyThatGoes() throws Exception {
    byte[] one = Files.readAllBytes(write(elsewhere.resolve("a"), rows(0, 10), ""));
    byte[] two = Files.readAllBytes(write(elsewhere.resolve("b"), rows(10, 20), ""));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("in/a.parquet"));
      zip.write(one);
      zip.putNextEntry(new ZipEntry("b.parquet.gz"));
      zip.write(gzip(two));
      zip.putNextEntry(new ZipEntry("c.csv"));
      zip.write("id,name\n20,x\n".getBytes(UTF_8));
    }
    Files.write(folder.resolve("all.zip"), out.toByteArray());
    Path left = Files.createDirectories(folder.resolve(".millrace/spool/test"));
    Files.writeString(left.resolve("parquet-1.spool"), "of a process that was killed");
    FilesRun run = run().run();
    assertThat(run.rows()).hasSize(21).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("all.zip done");
    assertThat(left).isEmptyDirectory();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void readsFromAServerPieceByPiece() throws Exception {
    DataFolder data = DataFolder.open(folder);
    SftpSystem server = new SftpSystem("sftp", data.resolve("sftp"), new Ports(data));
    Map<String, String> options = new HashMap<>();
    server.start().forEach((k, v) -> options.put(k, v.toString()));
    try {
      write(server.files().resolve("in/a.parquet"), rows(0, 200_000), ", COMPRESSION uncompressed");
      FilesRun run =
          new FilesRun(folder)
                  .system("sftp", SftpAddress.OPTIONS, options)
                  .source("after", "move")
                  .source("move_to", "done")
                  .stream("files", "in/*.parquet");
      assertThat(run.run().run().rows()).hasSize(200_000).doesNotHaveDuplicates();
      assertThat(run.states()).containsExactly("in/a.parquet done");
      assertThat(server.files().resolve("done/in/a.parquet")).exists();
      assertThat(folder.resolve(".millrace/spool/test")).isEmptyDirectory();

      write(server.files().resolve("in/b.parquet"), rows(0, 200_000), ", COMPRESSION uncompressed");
      assertThat(run.source("max_spool", "1MB").run().states())
          .contains(
              "in/b.parquet failed: its copy on disk would have more than 1048576 bytes"
                  + " (`max_spool`)");
      assertThat(folder.resolve(".millrace/spool/test")).isEmptyDirectory();
    } finally {
      server.stop();
    }
  }

  @Test
  void aDiskThatRefusesTheCopyIsTriedAgain() throws Exception {
    Path file = write(elsewhere.resolve("a"), rows(0, 10), "");
    Files.write(folder.resolve("a.parquet.gz"), gzip(Files.readAllBytes(file)));
    Files.writeString(folder.resolve(".spool"), "no folder");
    FilesRun run = run().source("spool", ".spool");
    assertThatThrownBy(run::run)
        .isInstanceOfSatisfying(
            RetryException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_SPOOL));
    Files.delete(folder.resolve(".spool"));
    assertThat(run.run().rows()).hasSize(10);
  }

  @Test
  void whatIsNoWholeParquetFailsWithAReason() throws Exception {
    byte[] whole = Files.readAllBytes(write(elsewhere.resolve("a"), rows(0, ROWS), ""));
    assertThat(state("cut.parquet", Arrays.copyOf(whole, whole.length - 20)))
        .contains("failed: the Parquet file cannot be read: No magic bytes found at end of file");
    assertThat(state("begun.parquet", "PAR1....".getBytes(UTF_8))).contains("too small");
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, whole.length / 3, whole.length / 3 + 2_000, (byte) 0x5a);
    assertThat(state("damaged.parquet", damaged))
        .contains("failed: the Parquet file cannot be read: Failed to read file: ");
    assertThat(state("other.parquet", "id,name\n1,x\n".getBytes(UTF_8)))
        .isEqualTo("other.parquet done");
    Files.writeString(folder.resolve("x.csv"), "id,name\n1,x\n");
    FilesRun csv = new FilesRun(folder).stream("files", "x.csv").stream("format", "parquet");
    assertThat(csv.run().states().get(0)).contains("failed: not a Parquet file");
    // Its name begins like an encrypted file.
    Files.writeString(folder.resolve("y.csv"), "PARENT,id\na,1\n");
    assertThat(new FilesRun(folder).stream("files", "y.csv").run().rows()).hasSize(1);
  }

  @Test
  void encryptedFilesAndUnknownCodecsFailWithAReason() throws Exception {
    Path secret = folder.resolve("secret.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET force_mbedtls_unsafe = 'true'");
      statement.execute("PRAGMA add_parquet_key('k', '0123456789112345')");
      statement.execute(
          "COPY (SELECT 1 AS id) TO '%s' (ENCRYPTION_CONFIG {footer_key: 'k'})".formatted(secret));
    }
    assertThat(run().run().states())
        .containsExactly("secret.parquet failed: the Parquet file is encrypted");

    byte[] lzo = Files.readAllBytes(write(elsewhere.resolve("a"), rows(0, 10), ""));
    // The codec stands in the footer between the column's path and the number of its values.
    String text = new String(lzo, ISO_8859_1);
    int codec = text.lastIndexOf("\u0019\u0018\u0002id\u0015\u0002\u0016") + 6;
    assertThat(codec).isGreaterThan(6);
    lzo[codec] = 3 << 1;
    assertThat(state("lzo.parquet", lzo)).contains("failed: ", "LZO");
  }

  @Test
  void rowsThatArePackedTooTightlyFail() throws Exception {
    write("a.parquet", "SELECT repeat('x', 900) AS name FROM range(40000)");
    FilesRun run = run().run();
    assertThat(run.states().get(0)).contains("failed").contains("`max_ratio`");
    assertThat(new FilesRun(folder).source("max_ratio", "1e9").run().rows()).hasSize(40_000);
    assertThat(
            new FilesRun(folder)
                .source("max_ratio", "1e9")
                .source("max_unpacked", "1MB")
                .run()
                .states()
                .get(0))
        .contains("failed")
        .contains("`max_unpacked`");
  }

  @Test
  void aRowThatIsTooLongIsRejectedAndAnEmptyFileIsDone() throws Exception {
    write(
        "a.parquet",
        "SELECT i AS id, repeat('x', CASE WHEN i = 1 THEN 5000 ELSE 1 END::BIGINT) AS name"
            + " FROM range(3) t(i)");
    write("b.parquet", rows(0, 0));
    FilesRun run = run().stream("max_row", "2KB").run();
    assertThat(run.rows()).hasSize(2);
    assertThat(run.rejected()).hasSize(1).first().asString().contains("a.parquet:2", "`max_row`");
    assertThat(run.states()).containsExactly("a.parquet done", "b.parquet done");
  }

  /** DuckDB reads in this process: whatever is in a file, it is an error at most. */
  @Test
  void randomlyDamagedFilesFailOrAreRead() throws Exception {
    Random random = Seeds.random("parquet");
    byte[] whole =
        Files.readAllBytes(
            write(
                elsewhere.resolve("a"),
                "SELECT i AS id, {'a': [i, NULL], 's': 'name ' || i % 7} AS name,"
                    + " MAP {i: TIMESTAMP '2024-01-01'} AS m FROM range(2000) t(i)",
                ", ROW_GROUP_SIZE 500"));
    FilesRun run = run().source("after", "delete");
    int failed = 0;
    for (int i = 0; i < 40; i++) {
      byte[] damaged = whole.clone();
      boolean footer = random.nextBoolean();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        int back = random.nextInt(footer ? 1_000 : whole.length);
        damaged[whole.length - 1 - back] = (byte) random.nextInt(256);
      }
      Files.write(folder.resolve(i + ".parquet"), damaged);
      run.run();
      failed = (int) run.states().stream().filter(s -> s.contains("failed")).count();
    }
    assertThat(run.states()).hasSize(40);
    assertThat(failed).isGreaterThan(5);
    assertThat(run.records().stream().map(SourceRecord::value)).doesNotContainNull();
  }
}
