package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequest.NodeSelection;
import dev.millrace.project.Project;
import dev.millrace.server.RemoteBuild;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance has the store, so it builds what the command line asks for. */
@Tag("slow")
class BuildBesideStreamsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final Connectors connectors = new Connectors();
  private RunningProject running;

  @BeforeEach
  void start() throws Exception {
    Project project = new SmallShop(folder).load(connectors);
    write("dbt_project.yml", "name: batch\nprofile: batch\nmodel-paths: [batch]\n");
    write(
        "batch/streams.yml",
        "sources:\n  - name: streams\n    schema: main\n    tables:\n      - name: orders\n");
    write(
        "batch/total.sql",
        "{{ config(materialized='table') }}\n"
            + "select count(*) as orders from {{ source('streams', 'orders') }}");
    write(
        "batch/endless.sql",
        "{{ config(materialized='table') }}\n"
            + "select sum(a.i * b.i) as x from range(10000000) a(i), range(10000000) b(i)");
    write("batch/taken.sql", "{{ config(materialized='table', alias='orders') }} select 1 as i");
    running =
        RunningProject.begin(
            new RunOptions(project, OptionalInt.empty(), false, false, 256L << 20), line -> {});
    running.open(SmallShop.compile(project, connectors), connectors, line -> {});
    Awaitility.await().atMost(LIMIT).until(() -> running.engine().isDone());
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private DbtRequest request(String select) {
    return new DbtRequest(
        "build",
        folder,
        Path.of("shop"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        new NodeSelection(
            List.of(select), List.of(), Optional.empty(), List.of(), List.of(), Optional.empty()),
        Optional.empty(),
        false,
        false,
        false,
        Optional.empty(),
        false,
        false,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "selector",
        false,
        false);
  }

  private RemoteBuild build() {
    return RemoteBuild.find(folder).orElseThrow();
  }

  @Test
  void theInstanceExportsAStream() throws Exception {
    StringWriter out = new StringWriter();
    Path to = folder.resolve("exported");
    ExportRequest request = new ExportRequest("orders", to, List.of(), List.of());
    int code = build().export(request, Path.of("shop"), false, new PrintWriter(out));
    assertThat(code).as(out.toString()).isZero();
    try (Connection connection = running.engine().read();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM read_parquet('"
                    + to.resolve("*.parquet")
                    + "'))")) {
      row.next();
      assertThat(row.getLong(1)).isPositive().isEqualTo(row.getLong(2));
    }
    StringWriter refused = new StringWriter();
    ExportRequest unknown = new ExportRequest("order", to, List.of(), List.of());
    assertThat(build().export(unknown, Path.of("shop"), false, new PrintWriter(refused))).isOne();
    assertThat(refused.toString()).contains("EXPORT_TABLE", "did you mean `orders`?");
  }

  @Test
  void theInstanceBuilds() throws Exception {
    StringWriter out = new StringWriter();
    int code = build().run(request("total"), new PrintWriter(out));
    assertThat(code).as(out.toString()).isZero();
    assertThat(out.toString()).contains("OK    table model main.total", "PASS=1");
    try (Connection connection = running.engine().read();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT orders FROM total")) {
      row.next();
      assertThat(row.getLong(1)).isEqualTo(SmallShop.ORDERS);
    }
    StringWriter refused = new StringWriter();
    assertThat(build().run(request("taken"), new PrintWriter(refused))).isEqualTo(1);
    assertThat(refused.toString())
        .contains("`main.orders` is a stream, which its flow alone writes")
        .contains("shop/batch/taken.sql");
    endsWhenTheClientHangsUp();
    onlyItsUserMayBuild();
  }

  /** Whoever comes second waits until the first build, whose client has gone, has ended. */
  private void endsWhenTheClientHangsUp() {
    StringWriter out = new StringWriter();
    RemoteBuild endless = build();
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> endless.run(request("endless"), new PrintWriter(out)));
    Awaitility.await().atMost(LIMIT).until(() -> out.toString().contains("START table model"));
    assertThatThrownBy(() -> build().run(request("total"), new PrintWriter(new StringWriter())))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("is being built already");
    endless.cancel();
    assertThat(code.join()).isEqualTo(1);
    Awaitility.await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(StopException.class)
        .until(() -> build().run(request("total"), new PrintWriter(new StringWriter())) == 0);
  }

  private void onlyItsUserMayBuild() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(running.address() + "api/build"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"command\": \"build\"}"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(403);
  }
}
