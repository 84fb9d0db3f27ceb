package dev.millrace.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.table.HiveField;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.engine.Instance;
import dev.millrace.project.ProblemPrinter;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Carries out exports for command lines; whoever hangs up ends his export. */
final class Exports {
  private final Instance instance;

  Exports(Instance instance) {
    this.instance = instance;
  }

  /** A request for {@link #export}. */
  static ObjectNode json(ExportRequest request, Path shown, boolean colours) {
    ObjectNode json = Json.object();
    json.put("table", request.table());
    json.put("folder", request.folder().toString());
    request.partitioning().forEach(f -> json.withArray("partition_by").add(f.toString()));
    request.only().forEach(json.withArray("only")::add);
    json.put("shown", shown.toString());
    json.put("colours", colours);
    return json;
  }

  void export(Context ctx) throws IOException {
    JsonNode body;
    try {
      body = Json.MAPPER.readTree(ctx.body());
    } catch (JsonProcessingException e) {
      throw RefusedRequest.bad("the body is not JSON");
    }
    ExportRequest request = request(body);
    ProblemPrinter printer =
        new ProblemPrinter(
            Path.of(body.path("shown").asText(".")), body.path("colours").asBoolean());
    try (AdapterSession session = instance.models().open()) {
      PrintedAnswer.send(ctx, session::cancel, out -> run(session, request, printer, out));
    }
  }

  private static ExportRequest request(JsonNode body) {
    Path folder = Path.of(body.path("folder").asText());
    if (!body.path("table").isTextual() || !folder.isAbsolute()) {
      throw RefusedRequest.bad("`table` must be a text, and `folder` an absolute path");
    }
    List<HiveField> fields = new ArrayList<>();
    for (JsonNode field : body.path("partition_by")) {
      fields.add(
          HiveField.parse(field.asText())
              .orElseThrow(() -> RefusedRequest.bad("`" + field.asText() + "` is no partition")));
    }
    List<String> only = new ArrayList<>();
    body.path("only").forEach(o -> only.add(o.asText()));
    return new ExportRequest(body.path("table").asText(), folder.normalize(), fields, only);
  }

  private static boolean run(
      AdapterSession session, ExportRequest request, ProblemPrinter printer, PrintWriter out) {
    try {
      out.println(session.export(request));
      return true;
    } catch (MillraceException e) {
      out.print(printer.text(e.problems()));
    } catch (AdapterException e) {
      out.println("`" + request.table() + "` cannot be read: " + e.getMessage());
    }
    return false;
  }
}
