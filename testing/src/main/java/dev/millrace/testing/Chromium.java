package dev.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real Chromium without a window, driven over its DevTools protocol; one page. */
public final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

  private final List<String> errors = new CopyOnWriteArrayList<>();

  private Chromium(Process process, Path profile, String address) throws Exception {
    this.process = process;
    this.profile = profile;
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Listener())
            .get(20, TimeUnit.SECONDS);
    send("Page.enable", JSON.createObjectNode());
    send("Runtime.enable", JSON.createObjectNode());
    send("Log.enable", JSON.createObjectNode());
  }

  /** The browser's program on this machine. */
  public static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts one, with an empty page and a profile of its own. */
  public static Chromium start() throws Exception {
    Path profile = Files.createTempDirectory("millrace-chromium");
    List<String> command = new ArrayList<>(List.of(program().orElseThrow().toString()));
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    while (line != null && !line.contains("DevTools listening on ")) {
      line = output.readLine();
    }
    if (line == null) {
      throw new IOException("Chromium did not start");
    }
    URI browser = URI.create(line.substring(line.indexOf("ws://")).strip());
    Thread drain = new Thread(() -> output.lines().forEach(l -> {}), "chromium-output");
    drain.setDaemon(true);
    drain.start();
    HttpResponse<String> pages =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + browser.getPort() + "/json/list"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    for (JsonNode page : JSON.readTree(pages.body())) {
      if (page.path("type").asText().equals("page")) {
        return new Chromium(process, profile, page.path("webSocketDebuggerUrl").asText());
      }
    }
    throw new IOException("Chromium has no page");
  }

  /** What the page wrote to its console as an error, and exceptions that nobody caught, so far. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Forgets the errors so far. */
  public void clearErrors() {
    errors.clear();
  }

  /** Goes to an address; what is there may come later. */
  public void open(String address) throws Exception {
    send("Page.navigate", JSON.createObjectNode().put("url", address));
  }

  /** The page's size in CSS pixels. */
  public void size(int width, int height, boolean phone) throws Exception {
    send(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", phone));
  }

  /** Whether the system prefers dark colours. */
  public void dark(boolean dark) throws Exception {
    ObjectNode parameters = JSON.createObjectNode();
    parameters
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", dark ? "dark" : "light");
    send("Emulation.setEmulatedMedia", parameters);
  }

  /** The value of a JavaScript expression, awaited if it is a promise. */
  public JsonNode evaluate(String expression) throws Exception {
    JsonNode result =
        send(
            "Runtime.evaluate",
            JSON.createObjectNode()
                .put("expression", expression)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(result.path("exceptionDetails").toString());
    }
    return result.path("result").path("value");
  }

  /** The text of the first element that a CSS selector finds; empty if there is none. */
  public String text(String selector) throws Exception {
    return evaluate(
            "document.querySelector(" + JSON.writeValueAsString(selector) + ")?.textContent ?? ''")
        .asText();
  }

  /** Presses a key and lets it go. */
  public void key(String key, int code) throws Exception {
    for (String type : List.of("keyDown", "keyUp")) {
      send(
          "Input.dispatchKeyEvent",
          JSON.createObjectNode()
              .put("type", type)
              .put("key", key)
              .put("code", key)
              .put("windowsVirtualKeyCode", code));
    }
  }

  private JsonNode send(String method, ObjectNode parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", parameters);
    socket.sendText(JSON.writeValueAsString(message), true).get(10, TimeUnit.SECONDS);
    return answer.get(30, TimeUnit.SECONDS);
  }

  private void receive(JsonNode message) {
    if (message.has("id")) {
      CompletableFuture<JsonNode> answer = answers.remove(message.path("id").asInt());
      if (answer != null) {
        answer.complete(message.path("result"));
      }
      return;
    }
    JsonNode parameters = message.path("params");
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" -> errors.add(parameters.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (parameters.path("type").asText().equals("error")) {
          errors.add(parameters.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        if (parameters.path("entry").path("level").asText().equals("error")) {
          errors.add(parameters.path("entry").toString());
        }
      }
      default -> {}
    }
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // A child of the browser may still write there; the folder is the system's to clean.
    }
  }

  /** Puts the parts of a message together. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        try {
          receive(JSON.readTree(text.toString()));
        } catch (IOException e) {
          errors.add(e.toString());
        }
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }
}
