package dev.millrace.formats.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.formats.SchemaReference;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.json.JsonTexts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Talks to a schema registry. Thread-safe. Every method throws {@link RetryException} if it does
 * not answer, and {@link StopException} if a person has to change something.
 */
public final class RegistryClient {
  private static final String TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int NOT_FOUND = 404;

  private final String url;
  private final String authorization;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  /**
   * The client of a registry that may not run yet.
   *
   * @param system its options once it runs
   * @throws RetryException if it does not run yet
   */
  public static RegistryClient of(Optional<Options> system) {
    return system
        .map(RegistryClient::new)
        .orElseThrow(
            () ->
                new RetryException(
                    Problem.error(
                        RegistryError.REGISTRY_UNREACHABLE,
                        null,
                        "the schema registry is still being started",
                        null),
                    null));
  }

  /**
   * A client; connects when it is first asked.
   *
   * @param system the options of a system of type {@link RegistryOptions#TYPE}
   * @throws StopException if the address is none
   */
  public RegistryClient(Options system) {
    this.url = system.text(RegistryOptions.URL).replaceAll("/+$", "");
    Optional<String> user = system.optionalText(RegistryOptions.USER);
    this.authorization =
        user.map(
                u ->
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(
                                (u + ":" + system.optionalText(RegistryOptions.PASSWORD).orElse(""))
                                    .getBytes(UTF_8)))
            .orElse("");
    if (!url.matches("https?://[^\\s/]+(/\\S*)?")) {
      throw stop(
          RegistryError.REGISTRY_FAILED,
          "`" + url + "` is no address of a schema registry",
          "write it as `http://host:8081`");
    }
  }

  /** The schema with an id; empty if the registry has none. */
  public Optional<SchemaText> schema(int id) {
    Answer answer = send("GET", "/schemas/ids/" + id, null);
    return answer.isMissing() ? Optional.empty() : Optional.of(read(answer.body()));
  }

  /** A version of a subject; empty if there is none. */
  public Optional<SchemaText> version(String subject, int version) {
    Answer answer =
        send(
            "GET", "/subjects/" + encode(subject) + "/versions/" + version + "?deleted=true", null);
    return answer.isMissing() ? Optional.empty() : Optional.of(read(answer.body()));
  }

  /** The newest version of a subject; empty if there is none. */
  public Optional<SchemaText> latest(String subject) {
    Answer answer = send("GET", "/subjects/" + encode(subject) + "/versions/latest", null);
    return answer.isMissing() ? Optional.empty() : Optional.of(read(answer.body()));
  }

  /**
   * The schema that another refers to.
   *
   * @throws InvalidSchemaException if the registry does not have it
   */
  public SchemaText referred(SchemaReference reference) throws InvalidSchemaException {
    Optional<SchemaText> found = version(reference.subject(), reference.version());
    if (found.isEmpty()) {
      throw new InvalidSchemaException(
          "it refers to version %d of subject `%s`, which is not there"
              .formatted(reference.version(), reference.subject()),
          null);
    }
    return found.get();
  }

  /**
   * Registers a schema under a subject; one that the subject has stays as it is.
   *
   * @return its id
   * @throws StopException if the registry refuses it, with its reason
   */
  public int register(String subject, SchemaText schema) {
    ObjectNode body = JsonTexts.MAPPER.createObjectNode();
    if (schema.type() != SchemaType.AVRO) {
      body.put("schemaType", schema.type().name());
    }
    if (!schema.references().isEmpty()) {
      ArrayNode references = body.putArray("references");
      schema
          .references()
          .forEach(
              r ->
                  references
                      .addObject()
                      .put("name", r.name())
                      .put("subject", r.subject())
                      .put("version", r.version()));
    }
    body.put("schema", schema.text());
    Answer answer = send("POST", "/subjects/" + encode(subject) + "/versions", body);
    if (!answer.body().path("id").isInt()) {
      throw stop(
          RegistryError.REGISTRY_FAILED,
          "the schema registry at `" + url + "` gave subject `" + subject + "` no id",
          "check that the address is that of a schema registry");
    }
    return answer.body().path("id").intValue();
  }

  private static String encode(String step) {
    return URLEncoder.encode(step, UTF_8).replace("+", "%20");
  }

  private static SchemaText read(JsonNode answer) {
    List<SchemaReference> references = new ArrayList<>();
    for (JsonNode r : answer.path("references")) {
      references.add(
          new SchemaReference(
              r.path("name").asText(), r.path("subject").asText(), r.path("version").asInt()));
    }
    return new SchemaText(
        SchemaType.of(answer.path("schemaType").asText(SchemaType.AVRO.name()))
            .orElse(SchemaType.AVRO),
        answer.path("schema").asText(),
        references);
  }

  /** What came back, if it was no error but perhaps that nothing is there. */
  private record Answer(int status, JsonNode body) {
    boolean isMissing() {
      return status == NOT_FOUND;
    }
  }

  private Answer send(String method, String path, @Nullable JsonNode body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(ANSWER)
            .header("Accept", TYPE)
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
    if (body != null) {
      request.header("Content-Type", TYPE);
    }
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try {
      return answer(http.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new RetryException(
          Problem.error(
              RegistryError.REGISTRY_UNREACHABLE,
              null,
              "the schema registry at `%s` does not answer: %s".formatted(url, e),
              "check that it runs and that the address is right"),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RetryException(
          Problem.error(
              RegistryError.REGISTRY_UNREACHABLE,
              null,
              "interrupted while asking the schema registry",
              null),
          e);
    }
  }

  private Answer answer(HttpResponse<String> response) {
    int status = response.statusCode();
    JsonNode body;
    try {
      body = JsonTexts.MAPPER.readTree(response.body());
    } catch (IOException e) {
      body = JsonTexts.MAPPER.missingNode();
    }
    String said = body.path("message").asText(response.body());
    boolean missing = status == NOT_FOUND && body.path("error_code").asInt() >= 40401;
    if (status / 100 == 2 && body.isObject() || missing) {
      return new Answer(status, body);
    }
    String registry = "the schema registry at `" + url + "` ";
    if (status == 401 || status == 403) {
      throw stop(
          RegistryError.REGISTRY_ACCESS_DENIED,
          registry + "refuses access: " + said,
          "check `user`, `password` and the user's rights");
    }
    if (status == 409 || status == 422) {
      throw stop(
          RegistryError.REGISTRY_SCHEMA_REFUSED,
          registry + "refuses the schema: " + said,
          "make columns that are new nullable and keep the others as they are, or change the"
              + " subject's compatibility level in the registry");
    }
    if (status / 100 == 5 || status == 429) {
      throw new RetryException(
          Problem.error(
              RegistryError.REGISTRY_UNREACHABLE,
              null,
              registry + "fails with " + status + ": " + said,
              null),
          null);
    }
    throw stop(
        RegistryError.REGISTRY_FAILED,
        registry + "answers " + status + ": " + said.substring(0, Math.min(200, said.length())),
        "check that the address is that of a schema registry");
  }

  private static StopException stop(RegistryError code, String message, String hint) {
    return new StopException(Problem.error(code, null, message, hint), null);
  }
}
