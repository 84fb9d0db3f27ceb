package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A reader of server-sent events that keeps what it has heard. */
final class Events implements AutoCloseable {
  /** One event with its data. */
  record Event(String name, JsonNode data) {}

  final List<Event> heard = new CopyOnWriteArrayList<>();
  private final InputStream body;
  private final Thread reader;

  Events(URI address) throws Exception {
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode());
    }
    body = response.body();
    reader = new Thread(this::read, "events");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    String name = "";
    try (InputStream in = body) {
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          heard.add(new Event(name, Json.MAPPER.readTree(line.substring(6))));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // The test or the server has ended the stream.
    }
  }

  boolean has(Predicate<Event> wanted) {
    return heard.stream().anyMatch(wanted);
  }

  /** The events of one panel, oldest first. */
  List<JsonNode> panel(int index) {
    return heard.stream()
        .filter(e -> e.name().equals("panel") && e.data().path("panel").asInt() == index)
        .map(Event::data)
        .toList();
  }

  long ticks() {
    return heard.stream().filter(e -> e.name().equals("tick")).count();
  }

  boolean ended() {
    return !reader.isAlive();
  }

  @Override
  public void close() throws Exception {
    body.close();
  }
}
