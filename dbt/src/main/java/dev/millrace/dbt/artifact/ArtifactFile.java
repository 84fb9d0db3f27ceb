package dev.millrace.dbt.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What artifacts have in common: metadata, times, and how they are written. */
final class ArtifactFile {
  /** The version of dbt whose schemas the artifacts follow. */
  static final String DBT_VERSION = "1.10.0";

  static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private ArtifactFile() {}

  /**
   * The block {@code metadata}.
   *
   * @param schema such as {@code run-results/v6}
   */
  static ObjectNode metadata(String schema, String invocationId, Instant started) {
    ObjectNode metadata = JSON.objectNode();
    metadata.put("dbt_schema_version", "https://schemas.getdbt.com/dbt/" + schema + ".json");
    metadata.put("dbt_version", DBT_VERSION);
    metadata.put("generated_at", time(Instant.now()));
    metadata.put("invocation_id", invocationId);
    metadata.put("invocation_started_at", time(started));
    metadata.set("env", JSON.objectNode());
    return metadata;
  }

  static String time(Instant time) {
    return TIME.format(time);
  }

  /** A value of a template as JSON; what JSON does not know is its text. */
  static JsonNode value(@Nullable Object value) {
    if (value == null) {
      return JSON.nullNode();
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.objectNode();
      map.forEach((key, item) -> object.set(String.valueOf(key), value(item)));
      return object;
    }
    if (value instanceof List<?> list) {
      var array = JSON.arrayNode();
      list.forEach(item -> array.add(value(item)));
      return array;
    }
    if (value instanceof Boolean || value instanceof Number) {
      return MAPPER.valueToTree(value);
    }
    return JSON.textNode(String.valueOf(value));
  }

  /** Replaces a file; whoever reads it meanwhile sees the old or the new one. */
  static void write(Path file, JsonNode content) {
    try {
      write(file, MAPPER.writeValueAsBytes(content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path file, byte[] content) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, content);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode read(Path file) throws IOException {
    return MAPPER.readTree(Files.readAllBytes(file));
  }
}
