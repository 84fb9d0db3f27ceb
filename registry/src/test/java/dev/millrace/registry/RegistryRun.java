package dev.millrace.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.formats.json.JsonTexts;
import dev.millrace.log.Cluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A registry that runs, asked as any client of HTTP does. */
final class RegistryRun implements AutoCloseable {
  private final RegistrySystem system;
  private final String url;
  private final HttpClient http = HttpClient.newHttpClient();

  RegistryRun(Cluster cluster, Path project) {
    Ports ports = new Ports(DataFolder.open(project));
    system = new RegistrySystem("schema_registry", cluster, () -> {}, () -> ports.port("registry"));
    url = Objects.requireNonNull(system.start().get("url")).toString();
  }

  String url() {
    return url;
  }

  RegistrySystem system() {
    return system;
  }

  /** What came back. */
  record Answer(int status, JsonNode body) {
    int code() {
      return body.path("error_code").asInt();
    }

    int id() {
      return body.path("id").asInt();
    }
  }

  Answer send(String method, String path, @Nullable JsonNode body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), JsonTexts.MAPPER.readTree(response.body()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path) {
    return send("GET", path, null);
  }

  Answer delete(String path) {
    return send("DELETE", path, null);
  }

  static ObjectNode avro(String schema) {
    return JsonTexts.MAPPER.createObjectNode().put("schema", schema);
  }

  static ObjectNode json(String schema) {
    return avro(schema).put("schemaType", "JSON");
  }

  Answer register(String subject, ObjectNode schema) {
    return send("POST", "/subjects/" + subject + "/versions", schema);
  }

  Answer level(String subject, String level) {
    return send(
        "PUT",
        "/config/" + subject,
        JsonTexts.MAPPER.createObjectNode().put("compatibility", level));
  }

  @Override
  public void close() {
    system.stop();
  }
}
