package dev.millrace.registry;

import static dev.millrace.registry.RestInterface.list;
import static dev.millrace.registry.RestInterface.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.Schemas;
import dev.millrace.formats.json.JsonTexts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which request asks for what. */
final class Routes {
  private final Registry registry;

  Routes(Registry registry) {
    this.registry = registry;
  }

  /**
   * The answer to a request.
   *
   * @throws RestException if it cannot be carried out
   */
  JsonNode answer(RestRequest request) {
    List<String> path = request.path();
    String first = path.isEmpty() ? "" : path.get(0);
    JsonNode answer =
        switch (first) {
          case "" -> object();
          case "subjects" -> subjects(request, path);
          case "schemas" -> schemas(request, path);
          case "config" -> config(request, path);
          case "mode" -> mode(request, path);
          case "compatibility" -> compatibility(request, path);
          case "contexts" -> list().add(".");
          default -> JsonTexts.MAPPER.missingNode();
        };
    if (answer.isMissingNode()) {
      throw RestException.of(404, "HTTP 404 Not Found");
    }
    return answer;
  }

  private static JsonNode unknown() {
    return JsonTexts.MAPPER.missingNode();
  }

  private JsonNode subjects(RestRequest request, List<String> path) {
    boolean deleted = request.flag("deleted");
    if (path.size() == 1) {
      ArrayNode names = list();
      registry.subjects().names(deleted || request.flag("deletedOnly")).stream()
          .filter(n -> n.startsWith(request.parameter("subjectPrefix")))
          .filter(
              n -> !request.flag("deletedOnly") || registry.subjects().versions(n, false).isEmpty())
          .forEach(names::add);
      return request.method().equals("GET") ? names : unknown();
    }
    String subject = path.get(1);
    if (path.size() == 2) {
      return switch (request.method()) {
        case "POST" ->
            described(
                registry.lookUp(
                    subject, request.schema().schema(), request.flag("normalize"), deleted));
        case "DELETE" -> numbers(registry.deleteSubject(subject, request.flag("permanent")));
        default -> unknown();
      };
    }
    return path.get(2).equals("versions") ? versions(request, path, subject) : unknown();
  }

  private JsonNode versions(RestRequest request, List<String> path, String subject) {
    boolean deleted = request.flag("deleted");
    String method = request.method();
    if (path.size() == 3 && method.equals("POST")) {
      return described(registry.register(subject, request.schema(), request.flag("normalize")));
    }
    if (path.size() == 3 && method.equals("GET")) {
      boolean only = request.flag("deletedOnly");
      List<StoredSchema> versions =
          registry.subjects().versions(subject, deleted || only).stream()
              .filter(s -> !only || s.deleted())
              .toList();
      if (versions.isEmpty()) {
        throw RestException.noSubject(subject);
      }
      return numbers(versions.stream().map(StoredSchema::version).toList());
    }
    if (path.size() < 4) {
      return unknown();
    }
    String version = path.get(3);
    if (path.size() == 4 && method.equals("DELETE")) {
      return JsonTexts.MAPPER
          .getNodeFactory()
          .numberNode(registry.deleteVersion(subject, version, request.flag("permanent")));
    }
    if (!method.equals("GET")) {
      return unknown();
    }
    StoredSchema schema = registry.version(subject, version, deleted);
    return switch (String.join("/", path.subList(4, path.size()))) {
      case "" -> described(schema, formatted(request, schema.schema()));
      case "schema" -> raw(formatted(request, schema.schema()));
      case "referencedby" -> numbers(registry.subjects().referringTo(schema));
      default -> unknown();
    };
  }

  private static ArrayNode numbers(List<Integer> numbers) {
    ArrayNode list = list();
    numbers.forEach(list::add);
    return list;
  }

  /** As clients want it that cannot read .proto files, or as it is. */
  private SchemaText formatted(RestRequest request, SchemaText schema) {
    return request.parameter("format").equals("serialized") ? registry.serialized(schema) : schema;
  }

  private static ObjectNode described(StoredSchema schema) {
    return described(schema, schema.schema());
  }

  private static ObjectNode described(StoredSchema schema, SchemaText text) {
    ObjectNode object = object();
    object.put("subject", schema.subject());
    object.put("version", schema.version());
    object.put("id", schema.id());
    SchemaRecords.describe(object, text);
    return object;
  }

  /** The schema itself: JSON as it is, another language as a text. */
  private static JsonNode raw(SchemaText schema) {
    try {
      return schema.type() == SchemaType.PROTOBUF
          ? JsonTexts.MAPPER.getNodeFactory().textNode(schema.text())
          : JsonTexts.tree(schema.text());
    } catch (InvalidSchemaException e) {
      throw new IllegalStateException("a schema that was kept cannot be read", e);
    }
  }

  private JsonNode schemas(RestRequest request, List<String> path) {
    if (!request.method().equals("GET")) {
      return unknown();
    }
    if (path.size() == 1) {
      return listed(request);
    }
    if (path.get(1).equals("types") && path.size() == 2) {
      ArrayNode types = list();
      for (SchemaType type : Schemas.TYPES) {
        types.add(type.name());
      }
      return types;
    }
    if (!path.get(1).equals("ids") || path.size() < 3 || !path.get(2).matches("\\d{1,9}")) {
      return unknown();
    }
    int id = Integer.parseInt(path.get(2));
    SchemaText schema =
        formatted(
            request, registry.subjects().byId(id).orElseThrow(() -> RestException.noSchema(id)));
    return switch (String.join("/", path.subList(3, path.size()))) {
      case "" -> {
        ObjectNode object = object();
        SchemaRecords.describe(object, schema);
        if (request.flag("fetchMaxId")) {
          object.put("maxId", registry.subjects().highestId());
        }
        yield object;
      }
      case "schema" -> raw(schema);
      case "subjects" -> {
        ArrayNode names = list();
        registry
            .schemas(request.parameter("subject"), request.flag("deleted"))
            .filter(s -> s.id() == id)
            .map(StoredSchema::subject)
            .distinct()
            .forEach(names::add);
        yield names;
      }
      case "versions" -> {
        ArrayNode versions = list();
        registry
            .schemas(request.parameter("subject"), request.flag("deleted"))
            .filter(s -> s.id() == id)
            .forEach(
                s -> versions.addObject().put("subject", s.subject()).put("version", s.version()));
        yield versions;
      }
      default -> unknown();
    };
  }

  private JsonNode listed(RestRequest request) {
    Map<String, ObjectNode> newest = new LinkedHashMap<>();
    ArrayNode all = list();
    registry
        .schemas(request.parameter("subjectPrefix"), request.flag("deleted"))
        .forEach(
            s -> {
              newest.put(s.subject(), described(s));
              all.add(described(s));
            });
    return request.flag("latestOnly") ? list().addAll(newest.values()) : all;
  }

  private JsonNode config(RestRequest request, List<String> path) {
    String subject = path.size() > 1 ? path.get(1) : "";
    Subjects subjects = registry.subjects();
    return switch (path.size() > 2 ? "" : request.method()) {
      case "GET" -> {
        Compatibility level =
            subject.isEmpty()
                ? subjects.level()
                : subjects
                    .level(subject)
                    .or(
                        () ->
                            request.flag("defaultToGlobal")
                                ? Optional.of(subjects.level())
                                : Optional.empty())
                    .orElseThrow(
                        () ->
                            RestException.of(
                                40408,
                                "Subject '"
                                    + subject
                                    + "' does not have subject-level compatibility configured"));
        yield object().put("compatibilityLevel", level.name());
      }
      case "PUT" -> {
        String asked = request.body().path("compatibility").asText("");
        Compatibility level =
            Compatibility.of(asked)
                .orElseThrow(
                    () ->
                        RestException.of(
                            42203,
                            "Invalid compatibility level. Valid values are none, backward, forward,"
                                + " full, backward_transitive, forward_transitive, and"
                                + " full_transitive"));
        registry.setLevel(subject, level);
        yield object().put("compatibility", level.name());
      }
      case "DELETE" -> object().put("compatibilityLevel", registry.deleteLevel(subject).name());
      default -> unknown();
    };
  }

  private JsonNode mode(RestRequest request, List<String> path) {
    String subject = path.size() > 1 ? path.get(1) : "";
    Subjects subjects = registry.subjects();
    return switch (path.size() > 2 ? "" : request.method()) {
      case "GET" -> {
        Mode mode =
            subject.isEmpty()
                ? subjects.mode()
                : subjects
                    .mode(subject)
                    .or(
                        () ->
                            request.flag("defaultToGlobal")
                                ? Optional.of(subjects.mode())
                                : Optional.empty())
                    .orElseThrow(
                        () ->
                            RestException.of(
                                40409,
                                "Subject '"
                                    + subject
                                    + "' does not have subject-level mode configured"));
        yield object().put("mode", mode.name());
      }
      case "PUT" -> {
        Mode mode =
            Mode.of(request.body().path("mode").asText(""))
                .orElseThrow(
                    () ->
                        RestException.of(
                            42204,
                            "Invalid mode. Valid values are READWRITE, READONLY,"
                                + " READONLY_OVERRIDE, IMPORT"));
        registry.setMode(subject, mode, request.flag("force"));
        yield object().put("mode", mode.name());
      }
      case "DELETE" ->
          subject.isEmpty() ? unknown() : object().put("mode", registry.deleteMode(subject).name());
      default -> unknown();
    };
  }

  private JsonNode compatibility(RestRequest request, List<String> path) {
    boolean known =
        request.method().equals("POST")
            && (path.size() == 4 || path.size() == 5)
            && path.get(1).equals("subjects")
            && path.get(3).equals("versions");
    if (!known) {
      return unknown();
    }
    List<String> faults =
        registry.test(path.get(2), request.schema().schema(), path.size() == 5 ? path.get(4) : "");
    ObjectNode answer = object().put("is_compatible", faults.isEmpty());
    if (request.flag("verbose")) {
      ArrayNode messages = answer.putArray("messages");
      faults.forEach(messages::add);
    }
    return answer;
  }
}
