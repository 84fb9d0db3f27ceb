package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams as data files: sources, streams, batches of rows in order, and the tables expected. Each
 * stream is also compared with its query after every batch.
 *
 * <pre>
 * source s.a (k INTEGER, t TIMESTAMPTZ) time t lateness 10 seconds
 * stream m SELECT ...            (or: on_close m SELECT ...)
 * batch s.a (1, '2026-01-01 00:00:00'), s.b (...)    one line a source, a blank line ends the batch
 * expect m
 * 1|2026-01-01T00:00Z
 * </pre>
 */
class StreamFilesTest {
  static Stream<Path> files() throws IOException, URISyntaxException {
    Path folder =
        Path.of(Objects.requireNonNull(StreamFilesTest.class.getResource("/streams")).toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void matches(Path file) throws Exception {
    try (Pipeline pipeline = new Pipeline()) {
      for (String paragraph : Files.readString(file).split("\n\\s*\n")) {
        paragraph(pipeline, paragraph.strip());
      }
    }
  }

  private static void paragraph(Pipeline pipeline, String text) throws Exception {
    String[] head = text.split("\\s+", 3);
    switch (head[0]) {
      case "source" -> {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(")");
        String[] rest = text.substring(close + 1).strip().split("\\s+", 4);
        pipeline.source(head[1], text.substring(open + 1, close), rest[1], rest[3]);
      }
      case "stream", "on_close" -> pipeline.stream(head[1], head[2], head[0].equals("on_close"));
      case "batch" -> {
        Map<String, String> rows = new HashMap<>();
        for (String line : text.split("\n")) {
          String[] parts = line.split("\\s+", 3);
          if (parts.length == 3) {
            rows.put(parts[1], "VALUES " + parts[2]);
          }
        }
        pipeline.batch(rows, true);
        pipeline.check();
      }
      case "expect" -> {
        List<String> lines = new ArrayList<>(text.lines().skip(1).sorted().toList());
        List<String> found =
            pipeline.rows("SELECT * FROM " + head[1]).stream()
                .map(row -> String.join("|", row.stream().map(String::valueOf).toList()))
                .sorted()
                .toList();
        assertThat(found).as(text).isEqualTo(lines);
      }
      default -> assertThat(text).as("a comment or a known word").startsWith("#");
    }
  }
}
