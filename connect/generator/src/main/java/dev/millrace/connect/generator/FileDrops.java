package dev.millrace.connect.generator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes the events of each span of arrival as a file for each stream. A file is written under a
 * hidden name, and gets its own once the position behind its span is committed: each appears once,
 * whatever is killed.
 */
final class FileDrops {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HIDDEN = ".millrace-";
  private static final long BROKEN = Draw.salt(" broken file");

  private final Map<StreamPlan, DropPlan> drops;
  private final Path project;
  private final long every;
  private final Timeline timeline;
  private final Map<String, ByteArrayOutputStream> rows = new TreeMap<>();
  private long span;

  /**
   * Goes on with a span.
   *
   * @param every microseconds of arrival that make a file
   * @param span the first that is not committed: files of those before it get their names
   */
  FileDrops(
      Map<StreamPlan, DropPlan> drops, Path project, long every, Timeline timeline, long span) {
    this.drops = drops;
    this.project = project;
    this.every = every;
    this.timeline = timeline;
    this.span = span;
    publish();
  }

  /** True if an arrival, or the time, is behind the span that is being written. */
  boolean isOver(long arrival) {
    return arrival / every > span;
  }

  /** Adds an event of the span. */
  void add(StreamPlan stream, byte[] json) {
    ByteArrayOutputStream out =
        rows.computeIfAbsent(stream.name(), name -> new ByteArrayOutputStream());
    DropPlan drop = plan(stream);
    if (drop.rows() == DropPlan.Rows.JSON) {
      out.writeBytes(json);
      out.write('\n');
      return;
    }
    if (out.size() == 0) {
      List<String> names = stream.fields().stream().map(Field::name).toList();
      out.writeBytes((String.join(",", names) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    out.writeBytes(csv(stream, json));
    out.write('\n');
  }

  private DropPlan plan(StreamPlan stream) {
    DropPlan drop = drops.get(stream);
    if (drop == null) {
      throw new IllegalArgumentException(stream.name());
    }
    return drop;
  }

  /** A record that is no JSON stays what it is. */
  private static byte[] csv(StreamPlan stream, byte[] json) {
    JsonNode record;
    try {
      record = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return json;
    } catch (IOException e) {
      throw new IllegalStateException("bytes of the heap cannot fail", e);
    }
    StringBuilder line = new StringBuilder();
    for (Field field : stream.fields()) {
      line.append(line.isEmpty() && field.equals(stream.fields().get(0)) ? "" : ",");
      JsonNode value = record.path(field.name());
      String text = value.isMissingNode() || value.isNull() ? "" : value.asText();
      boolean isPlain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      line.append(isPlain ? text : '"' + text.replace("\"", "\"\"") + '"');
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Writes the span's files, hidden, and begins the one in which something arrives. */
  void next(long arrival) {
    Instant begin =
        Instant.EPOCH
            .plus(span * every + timeline.offset(), ChronoUnit.MICROS)
            .truncatedTo(ChronoUnit.SECONDS);
    for (Map.Entry<StreamPlan, DropPlan> drop : drops.entrySet()) {
      ByteArrayOutputStream out = rows.get(drop.getKey().name());
      if (out != null && out.size() > 0) {
        write(drop.getKey(), drop.getValue(), begin, out.toByteArray());
        out.reset();
      }
    }
    span = arrival / every;
  }

  private void write(StreamPlan stream, DropPlan drop, Instant begin, byte[] content) {
    Path folder = drop.folder(project);
    Path file = folder.resolve(HIDDEN + span + "-" + drop.name(begin));
    try {
      Files.createDirectories(folder);
      byte[] packed = packed(drop, begin, content);
      boolean broken =
          Draw.unit(Draw.mix(stream.bits(span) ^ BROKEN)) < drop.brokenShare()
              && drop.brokenShare() > 0;
      Files.write(file, broken ? Arrays.copyOf(packed, packed.length / 2) : packed);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static byte[] packed(DropPlan drop, Instant begin, byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    switch (drop.packing()) {
      case NONE -> packed.writeBytes(content);
      case GZIP -> {
        try (OutputStream out = new GZIPOutputStream(packed)) {
          out.write(content);
        }
      }
      case ZIP -> {
        try (ZipOutputStream out = new ZipOutputStream(packed)) {
          out.putNextEntry(new ZipEntry(drop.entry(begin)));
          out.write(content);
          out.closeEntry();
        }
      }
      case TAR_GZIP -> {
        try (TarArchiveOutputStream out =
            new TarArchiveOutputStream(new GZIPOutputStream(packed))) {
          TarArchiveEntry entry = new TarArchiveEntry(drop.entry(begin));
          entry.setSize(content.length);
          out.putArchiveEntry(entry);
          out.write(content);
          out.closeArchiveEntry();
        }
      }
    }
    return packed.toByteArray();
  }

  /**
   * Gives files of spans before this one their names; what is left of others is written again, and
   * is removed.
   */
  void publish() {
    for (DropPlan drop : drops.values()) {
      Path folder = drop.folder(project);
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          String name = String.valueOf(file.getFileName());
          int dash = name.indexOf('-', HIDDEN.length());
          if (!name.startsWith(HIDDEN) || dash < 0) {
            continue;
          }
          if (Long.parseLong(name.substring(HIDDEN.length(), dash)) < span) {
            Path visible = folder.resolve(name.substring(dash + 1));
            Files.move(file, visible, StandardCopyOption.ATOMIC_MOVE);
          } else {
            Files.delete(file);
          }
        }
      } catch (IOException e) {
        throw failed(folder, e);
      }
    }
  }

  private static RetryException failed(Path file, IOException e) {
    return new RetryException(
        Problem.error(
            GeneratorError.GENERATOR_FILE_FAILED,
            null,
            "the generator cannot write `%s`: %s".formatted(file, e),
            "look at the folder's owner and at the disk's free space"),
        e);
  }
}
