package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams as data files: sources, streams, batches of rows in order, and the tables expected. Each
 * stream is also compared with its query after every batch. Those in {@code found} were written by
 * {@link RandomStreamsTest}, which found them to fail.
 *
 * <pre>
 * zone Europe/Berlin             (at the beginning; UTC if there is none)
 * source s.a (k INTEGER, t TIMESTAMPTZ) time t lateness 10 seconds
 * source s.c (id INTEGER, v VARCHAR) key id
 *                                change data: a row takes the place of the one with its key
 * stream m SELECT ...            (or: on_close m SELECT ...)
 * batch s.a (1, '2026-01-01 00:00:00'), (2, '2026-01-01 00:00:01')
 *   s.c (1, 'one')
 *   delete s.c (2)               one line a source, a blank line ends the batch;
 *                                or: batch_without_forgetting ..., in which no state is forgotten
 * failing_batch s.a ...          fails and changes nothing
 * expect m
 * 1|2026-01-01T00:00Z
 * </pre>
 */
class StreamFilesTest {
  private static final Pattern SOURCE =
      Pattern.compile(
          "source (\\S+) \\((.*)\\) (?:time (\\S+) lateness (.*)|key (.*))", Pattern.DOTALL);

  static Stream<Path> files() throws IOException, URISyntaxException {
    Path folder =
        Path.of(Objects.requireNonNull(StreamFilesTest.class.getResource("/streams")).toURI());
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  @Tag("slow")
  void matches(Path file) throws Exception {
    run(Files.readString(file), false);
  }

  @ParameterizedTest
  @MethodSource("files")
  void matchesAsOneStatement(Path file) throws Exception {
    run(Files.readString(file), true);
  }

  private static void run(String text, boolean whole) throws Exception {
    List<String> paragraphs = Arrays.stream(text.split("\n\\s*\n")).map(String::strip).toList();
    String zone =
        paragraphs.stream()
            .filter(p -> p.startsWith("zone "))
            .map(p -> p.substring("zone ".length()))
            .findFirst()
            .orElse("UTC");
    try (Pipeline pipeline = new Pipeline(zone, whole)) {
      for (String paragraph : paragraphs) {
        paragraph(pipeline, paragraph);
      }
    }
  }

  private static void paragraph(Pipeline pipeline, String text) throws Exception {
    String[] head = text.split("\\s+", 3);
    switch (head[0]) {
      case "zone" -> {
        // The pipeline has it.
      }
      case "source" -> pipeline.source(source(text));
      case "stream", "on_close" -> pipeline.stream(head[1], head[2], head[0].equals("on_close"));
      case "batch", "batch_without_forgetting" -> {
        pipeline.batch(batch(text));
        pipeline.check();
      }
      case "failing_batch" ->
          assertThatThrownBy(() -> pipeline.batch(batch(text)))
              .as(text)
              .isInstanceOf(SQLException.class);
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

  private static StreamCase.Source source(String text) {
    var matcher = SOURCE.matcher(text);
    assertThat(matcher.matches()).as("a source: " + text).isTrue();
    return matcher.group(3) == null
        ? StreamCase.Source.changes(
            matcher.group(1), matcher.group(2), List.of(matcher.group(5).split(",\\s*")))
        : StreamCase.Source.events(
            matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
  }

  private static StreamCase.Batch batch(String text) {
    Map<String, List<List<String>>> rows = new HashMap<>();
    Map<String, List<List<String>>> deletes = new HashMap<>();
    for (String line : text.split("\n")) {
      String rest = line.strip().replaceFirst("^(failing_)?batch(_without_forgetting)?\\s*", "");
      String[] words = rest.split("\\s+", 2);
      boolean delete = words[0].equals("delete");
      String[] parts = delete ? words[1].split("\\s+", 2) : words;
      if (parts.length == 2) {
        (delete ? deletes : rows).put(parts[0], StreamCase.tuples(parts[1]));
      }
    }
    return new StreamCase.Batch(rows, deletes, !text.startsWith("batch_without_forgetting"));
  }
}
