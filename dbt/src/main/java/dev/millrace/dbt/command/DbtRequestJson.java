package dev.millrace.dbt.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.dbt.command.DbtRequest.NodeSelection;
import dev.millrace.dbt.command.DbtRequest.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Requests as JSON, for the instance that carries them out. */
public final class DbtRequestJson {
  private DbtRequestJson() {}

  /** The request without its folder, which the instance knows. */
  public static ObjectNode write(DbtRequest request) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("command", request.command());
    json.put("shown", request.shown().toString());
    request.target().ifPresent(v -> json.put("target", v));
    request.profile().ifPresent(v -> json.put("profile", v));
    request.profilesDir().ifPresent(v -> json.put("profiles_dir", v.toString()));
    request.vars().forEach(json.putArray("vars")::add);
    NodeSelection selection = request.selection();
    selection.select().forEach(json.putArray("select")::add);
    selection.exclude().forEach(json.putArray("exclude")::add);
    selection.selector().ifPresent(v -> json.put("selector", v));
    selection.types().forEach(json.putArray("types")::add);
    selection.excludedTypes().forEach(json.putArray("excluded_types")::add);
    selection.indirect().ifPresent(v -> json.put("indirect", v));
    request.state().ifPresent(v -> json.put("state", v.toString()));
    json.put("defer", request.defer());
    json.put("favor_state", request.favorState());
    json.put("retry", request.retry());
    request.threads().ifPresent(v -> json.put("threads", v));
    json.put("full_refresh", request.fullRefresh());
    json.put("fail_fast", request.failFast());
    json.put("store_failures", request.storeFailures());
    json.put("empty", request.empty());
    request.sample().ifPresent(v -> json.put("sample", v));
    request.eventTimeStart().ifPresent(v -> json.put("event_time_start", v));
    request.eventTimeEnd().ifPresent(v -> json.put("event_time_end", v));
    request
        .operation()
        .ifPresent(
            operation -> {
              json.put("macro", operation.macro());
              operation.arguments().forEach(json.putArray("arguments")::add);
            });
    json.put("output", request.output());
    json.put("json", request.json());
    json.put("colours", request.colours());
    return json;
  }

  /**
   * The request again.
   *
   * @param folder of the project
   */
  public static DbtRequest read(JsonNode json, Path folder) {
    return new DbtRequest(
        json.path("command").asText(),
        folder,
        text(json, "shown").map(Path::of).orElse(folder),
        text(json, "target"),
        text(json, "profile"),
        text(json, "profiles_dir").map(Path::of),
        texts(json, "vars"),
        new NodeSelection(
            texts(json, "select"),
            texts(json, "exclude"),
            text(json, "selector"),
            texts(json, "types"),
            texts(json, "excluded_types"),
            text(json, "indirect")),
        text(json, "state").map(Path::of),
        json.path("defer").asBoolean(),
        json.path("favor_state").asBoolean(),
        json.path("retry").asBoolean(),
        json.has("threads") ? Optional.of(json.path("threads").asInt()) : Optional.empty(),
        json.path("full_refresh").asBoolean(),
        json.path("fail_fast").asBoolean(),
        json.path("store_failures").asBoolean(),
        json.path("empty").asBoolean(),
        text(json, "sample"),
        text(json, "event_time_start"),
        text(json, "event_time_end"),
        text(json, "macro").map(macro -> new Operation(macro, texts(json, "arguments"))),
        text(json, "output").orElse("selector"),
        json.path("json").asBoolean(),
        json.path("colours").asBoolean());
  }

  private static Optional<String> text(JsonNode json, String key) {
    return Optional.ofNullable(json.path(key).textValue());
  }

  private static List<String> texts(JsonNode json, String key) {
    List<String> texts = new ArrayList<>();
    json.path(key).forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
