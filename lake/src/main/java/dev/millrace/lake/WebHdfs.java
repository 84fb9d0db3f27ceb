package dev.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * HDFS through its interface of HTTP, without Hadoop's classes: NameNodes tell where a file is or
 * comes, DataNodes have it. Paths are absolute. Every answer that is none is a {@link
 * WebHdfsException}. Thread-safe.
 */
final class WebHdfs {
  private static final int CONNECT_MILLIS = 10_000;

  /** Between two bytes; a DataNode that is alive says something in that time. */
  private static final int READ_MILLIS = 60_000;

  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HdfsAddress address;

  /** The one that answered last. */
  private volatile int active;

  WebHdfs(HdfsAddress address) {
    this.address = address;
  }

  /**
   * What a path has.
   *
   * @param name below the folder that was listed; empty for the path itself
   * @param changed milliseconds since 1970
   */
  record Status(String name, boolean isFolder, long bytes, long changed) {}

  /** Empty if there is nothing at that path. */
  Optional<Status> status(String path) throws IOException {
    try {
      return Optional.of(status(ask("GET", path, "GETFILESTATUS").path("FileStatus")));
    } catch (WebHdfsException e) {
      if (e.isMissing()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What is in a folder; nothing if there is none. */
  List<Status> list(String path) throws IOException {
    try {
      List<Status> found = new ArrayList<>();
      ask("GET", path, "LISTSTATUS")
          .path("FileStatuses")
          .path("FileStatus")
          .forEach(node -> found.add(status(node)));
      return found;
    } catch (WebHdfsException e) {
      if (e.isMissing()) {
        return List.of();
      }
      throw e;
    }
  }

  private static Status status(JsonNode node) {
    return new Status(
        node.path("pathSuffix").asText(),
        node.path("type").asText().equals("DIRECTORY"),
        node.path("length").asLong(),
        node.path("modificationTime").asLong());
  }

  /** Deletes a file, or a folder with what is in it; false if there is none. */
  boolean delete(String path) throws IOException {
    return ask("DELETE", path, "DELETE", "recursive=true").path("boolean").asBoolean();
  }

  /**
   * Writes a file, and the folders above it; what DataNodes have when this returns is all of it.
   *
   * @param overwrite whether one that is there is replaced
   */
  void create(String path, Path file, boolean overwrite) throws IOException {
    // Told beforehand, as a DataNode that refuses may not hear all that is sent to it.
    if (!overwrite && status(path).isPresent()) {
      throw new WebHdfsException(0, "FileAlreadyExistsException", path + " exists already");
    }
    HttpURLConnection connection =
        connect("PUT", place("PUT", path, "CREATE", "overwrite=" + overwrite));
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(Files.size(file));
    connection.setRequestProperty("Content-Type", "application/octet-stream");
    try {
      try (OutputStream out = connection.getOutputStream()) {
        Files.copy(file, out);
      } catch (IOException e) {
        throw refusal(connection).orElseThrow(() -> silent("DataNode", connection, e));
      }
      if (answer("DataNode", connection) != CREATED) {
        throw refused(connection);
      }
    } finally {
      connection.disconnect();
    }
  }

  /** A refusal that came while a body was sent. */
  private static Optional<IOException> refusal(HttpURLConnection connection) {
    try {
      return connection.getResponseCode() == CREATED
          ? Optional.empty()
          : Optional.of(refused(connection));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The bytes of a file from an offset on. */
  InputStream open(String path, long offset) throws IOException {
    HttpURLConnection connection = connect("GET", place("GET", path, "OPEN", "offset=" + offset));
    if (answer("DataNode", connection) != OK) {
      throw refused(connection);
    }
    return connection.getInputStream();
  }

  /** The code of an answer; an exception that says who gives none. */
  private static int answer(String who, HttpURLConnection connection) throws IOException {
    try {
      return connection.getResponseCode();
    } catch (IOException e) {
      throw silent(who, connection, e);
    }
  }

  private static IOException silent(String who, HttpURLConnection connection, IOException e) {
    String reason =
        e instanceof UnknownHostException || e.getMessage() == null
            ? e.getClass().getSimpleName()
            : e.getMessage();
    IOException told =
        new IOException(
            "the %s at %s does not answer: %s"
                .formatted(who, connection.getURL().getAuthority(), reason));
    // Not as its cause, which says less.
    told.addSuppressed(e);
    return told;
  }

  /** Where a DataNode takes or gives a file. */
  private URI place(String method, String path, String operation, String parameter)
      throws IOException {
    String location =
        ask(method, path, operation, parameter, "noredirect=true").path("Location").asText();
    try {
      return URI.create(location);
    } catch (IllegalArgumentException e) {
      throw new WebHdfsException(OK, "", "the NameNode names no DataNode: `" + location + "`");
    }
  }

  private JsonNode ask(String method, String path, String operation, String... parameters)
      throws IOException {
    IOException failed = null;
    int first = active;
    for (int i = 0; i < address.namenodes().size(); i++) {
      int asked = (first + i) % address.namenodes().size();
      try {
        JsonNode answer =
            ask(method, uri(address.namenodes().get(asked), path, operation, parameters));
        active = asked;
        return answer;
      } catch (WebHdfsException e) {
        if (!e.isStandby()) {
          throw e;
        }
        failed = e;
      } catch (IOException e) {
        failed = e;
      }
    }
    throw failed == null ? new IOException("no NameNode is named") : failed;
  }

  private URI uri(URI namenode, String path, String operation, String... parameters) {
    String encoded =
        Arrays.stream(path.split("/", -1)).map(WebHdfs::encode).collect(Collectors.joining("/"));
    StringBuilder query = new StringBuilder("?op=").append(operation);
    query.append("&user.name=").append(encode(address.user()));
    for (String parameter : parameters) {
      query.append('&').append(parameter);
    }
    return URI.create(
        namenode.toString().replaceFirst("/+$", "") + "/webhdfs/v1" + encoded + query);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static JsonNode ask(String method, URI uri) throws IOException {
    HttpURLConnection connection = connect(method, uri);
    if (answer("NameNode", connection) != OK) {
      throw refused(connection);
    }
    try (InputStream answer = connection.getInputStream()) {
      return JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      throw stranger(OK, uri);
    }
  }

  private static HttpURLConnection connect(String method, URI uri) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setInstanceFollowRedirects(false);
    return connection;
  }

  private static WebHdfsException refused(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    JsonNode exception = null;
    try (InputStream body = connection.getErrorStream()) {
      if (body != null) {
        exception = JSON.readTree(body.readNBytes(LONGEST_ANSWER)).get("RemoteException");
      }
    } catch (JsonProcessingException e) {
      // A page for people.
    }
    if (exception == null) {
      return stranger(status, URI.create(connection.getURL().toString()));
    }
    String name = exception.path("exception").asText();
    String message = exception.path("message").asText().lines().findFirst().orElse("");
    return new WebHdfsException(status, name, name + ": " + message);
  }

  private static WebHdfsException stranger(int status, URI uri) {
    return new WebHdfsException(
        status,
        "",
        status == 401
            ? "HDFS at " + uri.getAuthority() + " wants a login"
            : "%s answers with status %d, but not as a NameNode of HDFS"
                .formatted(uri.getAuthority(), status));
  }
}
