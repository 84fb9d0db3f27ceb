package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every format, with what is wrong in it. */
class RowFormatsTest {
  @TempDir Path folder;

  private FilesRun file(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
    return new FilesRun(folder).stream("files", name);
  }

  private FilesRun file(String name, String text) throws IOException {
    return file(name, text.getBytes(UTF_8));
  }

  @Test
  void csvRowsThatDoNotFitKeepFileAndLine() throws Exception {
    FilesRun run =
        file("a.csv", "id,name\n1,one\n2\n3,three,more\n4,\"open\n5,five\n6,\"x\"y\n7,seven").run();
    assertThat(run.rows())
        .containsExactly(
            "{\"id\":1,\"name\":\"one\"}",
            "{\"id\":5,\"name\":\"five\"}",
            "{\"id\":7,\"name\":\"seven\"}");
    assertThat(run.rejected())
        .containsExactly(
            "a.csv:3: the row has 1 fields, expected 2: 2",
            "a.csv:4: the row has 3 fields, expected 2: 3,three,more",
            "a.csv:5: text stands behind a closing quote: 4,\"open",
            "a.csv:7: text stands behind a closing quote: 6,\"x\"y");
  }

  @Test
  void csvWithNewlinesQuotesAndNulls() throws Exception {
    FilesRun run = file("a.csv", "id,name\r\n1,\"a\r\nb\"\r\n,\"\"\r\n\r\n007,\\N\r\n").run();
    assertThat(run.rows())
        .containsExactly(
            "{\"id\":1,\"name\":\"a\\r\\nb\"}",
            "{\"id\":null,\"name\":\"\"}",
            "{\"id\":\"007\",\"name\":\"\\\\N\"}");
    assertThat(FilesRun.header(run.records().get(1), "line")).isEqualTo("4");
  }

  @Test
  void csvInOtherDialects() throws Exception {
    FilesRun run =
        file("a.csv", "some title\n# a \"comment\n'1';'a\\'b;c'\n2;NULL\n3\n").stream(
                "delimiter", ";")
            .stream("quote", "'")
            .stream("escape", "\\")
            .stream("comment", "#")
            .stream("header", "false")
            .stream("skip_lines", "1")
            .stream("null_text", "NULL")
            .stream("short_rows", "pad")
            .stream("record_key", "name")
            .run();
    assertThat(run.rejected()).isEmpty();
    assertThat(run.rows())
        .containsExactly(
            "{\"id\":\"1\",\"name\":\"a'b;c\"}",
            "{\"id\":2,\"name\":null}",
            "{\"id\":3,\"name\":null}");
    assertThat(run.records().get(0).key()).isEqualTo("a'b;c".getBytes(UTF_8));
    assertThat(run.records().get(1).key()).isNull();
  }

  @Test
  void csvWithoutTheHeaderItShouldHaveFails() throws Exception {
    assertThat(file("a.csv", "1,one\n2,two\n").run().states().get(0))
        .contains("failed: no name in the header is a column");
    assertThat(file("b.csv", "id,id\n1,2\n").run().states().get(0)).contains("`id` twice");
  }

  @Test
  void linesLongerThanAllowedAreRejected() throws Exception {
    String text = "id,name\n1,a\n2," + "x".repeat(300_000) + "\n3,c\n";
    FilesRun run = file("a.csv", text).stream("max_row", "100KB").run();
    assertThat(run.rows()).hasSize(2);
    assertThat(run.rejected()).hasSize(1);
    assertThat(run.rejected().get(0)).startsWith("a.csv:3: longer than 102400 bytes");
    String json = "{\"id\":1}\n{\"name\":\"" + "x".repeat(300_000) + "\"}\n{\"id\":3}\n";
    run = file("b.json", json).stream("max_row", "100KB").run();
    assertThat(run.rows()).hasSize(2);
    assertThat(run.rejected().get(0)).startsWith("b.json:2: longer than 102400 bytes");
  }

  @Test
  void jsonLines() throws Exception {
    FilesRun run =
        file("a.json", "{\"id\":1,\"name\":\"a\"}\n\n  {\"id\":2}  \nnonsense\n{\"id\":3").stream(
                "record_key", "id")
            .run();
    assertThat(run.rows()).containsExactly("{\"id\":1,\"name\":\"a\"}", "  {\"id\":2}  ");
    assertThat(run.records().get(1).key()).isEqualTo("2".getBytes(UTF_8));
    assertThat(run.rejected())
        .containsExactly(
            "a.json:4: not a JSON object: nonsense", "a.json:5: not a JSON object: {\"id\":3");
  }

  @Test
  void jsonArrays() throws Exception {
    FilesRun run =
        file("a.json", "\n[ {\"id\":1,\"name\":\"],}\\\"\"},\n {\"id\":2,\"x\":[1,{}]} , 7 ]\n")
            .run();
    assertThat(run.rows())
        .containsExactly("{\"id\":1,\"name\":\"],}\\\"\"}", "{\"id\":2,\"x\":[1,{}]}");
    assertThat(run.rejected()).containsExactly("a.json:3: not a JSON object: 7");
    assertThat(file("b.json", "[]").run().states()).containsExactly("b.json done");
    FilesRun cut = file("c.json", "[{\"id\":1},{\"id\":2").run();
    assertThat(cut.states().get(0)).contains("failed: line 1: the JSON array is cut off");
    assertThat(cut.rows()).hasSize(0);
    FilesRun open = file("e.csv", "id,name\n1,\"a\n2,b\n3,c\n").run();
    assertThat(open.rows()).hasSize(2);
    assertThat(open.rejected()).containsExactly("e.csv:2: a quote is opened and not closed: 1,\"a");
    assertThat(file("d.json", "[{} {}]").run().states().get(0)).contains("failed");
  }

  @Test
  void rawLines() throws Exception {
    FilesRun run = file("a.log", "first\r\nsecond, \"line\"\n\nlast").run();
    assertThat(run.rows()).containsExactly("first", "second, \"line\"", "last");
  }

  @Test
  void encodings() throws Exception {
    String text = "id,name\n1,Zoë Čapek\n";
    String value = "{\"id\":1,\"name\":\"Zoë Čapek\"}";
    assertThat(file("a.csv", "\ufeff" + text).run().rows()).containsExactly(value);
    assertThat(file("b.csv", ("\ufeff" + text).getBytes(UTF_16LE)).run().rows())
        .containsExactly(value);
    assertThat(file("c.csv", text.getBytes(UTF_16LE)).stream("encoding", "UTF-16LE").run().rows())
        .containsExactly(value);
    byte[] windows = "id,name\n1,Zoë\n".getBytes(Charset.forName("windows-1252"));
    assertThat(file("d.csv", windows).run().rows()).containsExactly("{\"id\":1,\"name\":\"Zoë\"}");
  }

  @Test
  void wrongEncodingFailsOrIsLeftToAdmission() throws Exception {
    byte[] windows = "id,name\n1,Zoë\n".getBytes(Charset.forName("windows-1252"));
    FilesRun bytes = file("a.csv", windows).stream("encoding", "UTF-8").run();
    // Not UTF-8: admission rejects it, and shows its bytes.
    assertThat(bytes.records().get(0).value()).contains((byte) 0xeb);
    FilesRun ascii = file("b.csv", windows).stream("encoding", "US-ASCII").run();
    assertThat(ascii.states().get(0)).contains("failed: byte 12 is no text in US-ASCII");
  }

  @Test
  void emptyAndBinaryFiles() throws Exception {
    assertThat(file("empty.csv", "").run().states()).containsExactly("empty.csv done");
    assertThat(file("blank.json", "\n \n").run().states()).containsExactly("blank.json done");
    assertThat(file("head.csv", "id,name\n").run().rows()).isEmpty();
    byte[] junk = new byte[100_000];
    new Random(7).nextBytes(junk);
    FilesRun run = file("junk.csv", junk).run();
    assertThat(run.states().get(0)).startsWith("junk.csv failed: ");
    assertThat(run.records()).isEmpty();
  }

  @Test
  void avro() throws Exception {
    Schema schema =
        SchemaBuilder.record("Row").fields().requiredLong("id").optionalString("name").endRecord();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.setCodec(CodecFactory.deflateCodec(6));
      writer.create(schema, out);
      for (long i = 0; i < 5_000; i++) {
        writer.append(
            new GenericRecordBuilder(schema)
                .set("id", i)
                .set("name", i % 2 == 0 ? null : "n" + i)
                .build());
      }
    }
    FilesRun run = file("a.avro", out.toByteArray()).stream("record_key", "id").run();
    assertThat(run.rows()).hasSize(5_000);
    assertThat(run.rows().get(0)).isEqualTo("{\"id\":0,\"name\":null}");
    assertThat(run.rows().get(1)).isEqualTo("{\"id\":1,\"name\":\"n1\"}");
    byte[] cut = java.util.Arrays.copyOf(out.toByteArray(), out.size() - 100);
    assertThat(file("b.avro", cut).run().states().get(0)).startsWith("b.avro failed: ");
  }

  @Test
  void avroRowsAndBlocksThatAreTooLarge() throws Exception {
    Schema schema = SchemaBuilder.record("Row").fields().requiredString("name").endRecord();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, out);
      for (int length : new int[] {1, 5_000, 2}) {
        writer.append(new GenericRecordBuilder(schema).set("name", "x".repeat(length)).build());
        writer.sync();
      }
    }
    FilesRun run = file("a.avro", out.toByteArray()).stream("max_row", "2KB").run();
    assertThat(run.rows()).containsExactly("{\"name\":\"x\"}", "{\"name\":\"xx\"}");
    assertThat(run.rejected()).hasSize(1).first().asString().contains("`max_row`");

    // A block of one record that claims to have 2,000,000,000 bytes.
    out.write(new byte[] {2, (byte) 0x80, (byte) 0xd0, (byte) 0xac, (byte) 0xf3, 0x0e});
    run = file("b.avro", out.toByteArray()).run();
    assertThat(run.states().get(0)).contains("b.avro failed: ", "2000000000 bytes");
  }

  @Test
  void aRecordKeyDoesNotHideThatTheHeaderIsMissing() throws Exception {
    assertThat(file("a.csv", "1,one\n2,two\n").stream("record_key", "id").run().states().get(0))
        .contains("failed: no name in the header is a column");
    assertThat(file("b.csv", "id,name\n1,one\n").stream("record_key", "k").run().states().get(0))
        .contains("failed: no field is named `k` (`record_key`)");
  }

  @Test
  void aByteOrderMarkIsNoTextWhateverNamesTheCharset() throws Exception {
    for (String charset : new String[] {"UTF-8", "UTF-16LE", "UTF-16BE"}) {
      byte[] text = "\ufeffid,name\n1,one\n".getBytes(charset);
      FilesRun run = file("a.csv", text).stream("encoding", charset).run();
      assertThat(run.rows()).as(charset).containsExactly("{\"id\":1,\"name\":\"one\"}");
    }
  }

  @Test
  void longNamesAreCutInReasons() throws Exception {
    String header = "x".repeat(3_000) + ",y".repeat(2_000) + "\n1,2\n";
    assertThat(file("a.csv", header).run().states().get(0)).hasSizeLessThan(600);
    String twice = "x".repeat(3_000) + "," + "x".repeat(3_000) + "\n1,2\n";
    assertThat(file("b.csv", twice).run().states().get(0)).contains("x...` twice");
  }

  @Test
  void aRowThatLiesAcrossBuffersIsTheSame() throws Exception {
    String csv =
        IntStream.range(0, 60_000)
            .mapToObj(i -> i + ",\"" + "a\"\"b\n".repeat(i % 7) + "\"")
            .collect(Collectors.joining("\n", "id,name\n", ""));
    FilesRun run = file("a.csv", csv).run();
    assertThat(run.rejected()).isEmpty();
    assertThat(run.rows()).hasSize(60_000);
    assertThat(run.rows().get(59_999))
        .isEqualTo("{\"id\":59999,\"name\":\"" + "a\\\"b\\n".repeat(59_999 % 7) + "\"}");
  }
}
