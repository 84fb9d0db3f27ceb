package dev.millrace.connect.generator;

import static dev.millrace.connect.generator.Generated.block;
import static dev.millrace.connect.generator.Generated.options;
import static dev.millrace.connect.generator.Generated.schema;
import static dev.millrace.connect.generator.Generated.stream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.testing.Seeds;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDropsTest {
  private static final int TOTAL = 3_000;

  @TempDir Path folder;

  private static List<StreamDeclaration> calls(String broken) {
    return List.of(
        calls("plain", "calls_{time}.csv", broken),
        calls("gzip", "calls_{time}.csv.gz", broken),
        calls("zip", "calls_{time}.json.zip", broken),
        calls("tar", "calls_{time}.json.tar.gz", broken));
  }

  private static StreamDeclaration calls(String name, String file, String broken) {
    return stream(
        name,
        schema("id", "VARCHAR", "note", "VARCHAR", "called_at", "TIMESTAMPTZ"),
        "fields",
        block(
            "id", block("sequence", name + "-%d"),
            "note", block("constant", "a, \"b\""),
            "called_at", block("event_time", true)),
        "files",
        block("folder", "drops/" + name, "name", file, "broken", broken));
  }

  private static Options past() {
    Map<String, Object> given = new HashMap<>();
    given.put("start", "2026-01-01");
    given.put("total", (long) TOTAL);
    given.put("rate", 10.0);
    given.put("files_every", Duration.ofSeconds(7));
    return options(given);
  }

  private Source open(List<StreamDeclaration> streams, Optional<String> position) {
    return new GeneratorConnector()
        .open(
            new SourceContext(
                "test",
                new Options(List.of(), Map.of()),
                Optional.empty(),
                past(),
                streams,
                position,
                Ledger.EMPTY,
                Map.of(),
                folder,
                Clock.systemUTC()));
  }

  /** Kills before and after commits; what is not committed comes again, and no file twice. */
  @Test
  void everyEventIsInOneFileWhateverIsKilled() throws Exception {
    Random random = Seeds.random("FileDropsTest");
    Map<String, byte[]> seen = new TreeMap<>();
    Optional<String> position = Optional.empty();
    boolean ended = false;
    while (!ended) {
      try (Source source = open(calls("0%"), position)) {
        take(seen);
        for (int polls = random.nextInt(3); polls >= 0 && !ended; polls--) {
          SourceBatch batch = source.poll(Duration.ZERO);
          assertThat(batch.records()).isEmpty();
          if (random.nextInt(3) == 0) {
            break;
          }
          position = Optional.of(batch.position());
          ended = batch.ended();
          if (random.nextInt(3) > 0) {
            source.committed();
            take(seen);
          }
        }
      }
    }
    try (Source source = open(calls("0%"), position)) {
      assertThat(source.poll(Duration.ZERO).ended()).isTrue();
      take(seen);
    }
    for (String name : List.of("plain", "gzip", "zip", "tar")) {
      List<String> ids = new ArrayList<>();
      for (Map.Entry<String, byte[]> file : seen.entrySet()) {
        if (file.getKey().startsWith(name + "/")) {
          ids.addAll(ids(file.getKey(), file.getValue()));
        }
      }
      List<String> wanted = new ArrayList<>();
      for (int i = 1; i <= TOTAL; i++) {
        wanted.add(name + "-" + i);
      }
      assertThat(ids).as(name).containsExactlyInAnyOrderElementsOf(wanted);
    }
  }

  /** Takes files away, as a reader does: one that comes again has been read twice. */
  private void take(Map<String, byte[]> seen) throws IOException {
    Path drops = folder.resolve("drops");
    if (!Files.isDirectory(drops)) {
      return;
    }
    try (var files = Files.walk(drops)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!String.valueOf(file.getFileName()).startsWith(".")) {
          String name = drops.relativize(file).toString();
          assertThat(seen.put(name, Files.readAllBytes(file))).as(name).isNull();
          Files.delete(file);
        }
      }
    }
  }

  private static List<String> ids(String name, byte[] content) throws IOException {
    String text;
    if (name.endsWith(".csv")) {
      text = new String(content, UTF_8);
    } else if (name.endsWith(".zip")) {
      try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
        assertThat(zip.getNextEntry().getName()).matches("calls_\\d{8}T\\d{6}\\.json");
        text = new String(zip.readAllBytes(), UTF_8);
      }
    } else if (name.endsWith(".tar.gz")) {
      try (TarArchiveInputStream tar = new TarArchiveInputStream(unzipped(content))) {
        assertThat(tar.getNextEntry().getName()).matches("calls_\\d{8}T\\d{6}\\.json");
        text = new String(tar.readAllBytes(), UTF_8);
      }
    } else {
      text = new String(unzipped(content).readAllBytes(), UTF_8);
    }
    if (name.contains(".json")) {
      return text.lines()
          .map(l -> l.replaceFirst("\\{\"id\":\"([^\"]+)\",\"note\":\"a, .*", "$1"))
          .toList();
    }
    assertThat(text).startsWith("id,note,called_at\n");
    return text.lines()
        .skip(1)
        .map(l -> l.replaceFirst(",\"a, \"\"b\"\"\",2026-01-01T.*Z$", ""))
        .toList();
  }

  private static InputStream unzipped(byte[] content) throws IOException {
    return new GZIPInputStream(new ByteArrayInputStream(content));
  }

  @Test
  void someAreCutOff() throws Exception {
    Optional<String> position = Optional.empty();
    try (Source source = open(calls("30%"), position)) {
      SourceBatch batch;
      do {
        batch = source.poll(Duration.ZERO);
        source.committed();
      } while (!batch.ended());
    }
    int broken = 0;
    int whole = 0;
    try (var files = Files.list(folder.resolve("drops/gzip"))) {
      for (Path file : files.toList()) {
        try (InputStream in = unzipped(Files.readAllBytes(file))) {
          in.readAllBytes();
          whole++;
        } catch (EOFException e) {
          broken++;
        }
      }
    }
    assertThat(broken).isBetween(3, 25);
    assertThat(whole).isGreaterThan(15);
  }

  @Test
  void badNamesAreProblems() {
    assertThatThrownBy(() -> open(List.of(calls("a", "calls.csv", "1%")), Optional.empty()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`{time}`");
    assertThatThrownBy(() -> open(List.of(calls("a", "calls_{time}.doc", "1%")), Optional.empty()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining(".csv");
  }
}
