package dev.millrace.lake;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;

/**
 * A server of S3's protocol on the loopback address, over a folder, and a lake in its bucket. It
 * checks signatures. What it has survives {@link #stop}.
 */
final class S3Server implements RemoteLake {
  static final String BUCKET = "bucket";
  private static final String ACCESS_KEY = "access";
  static final String SECRET_KEY = "very-secret";

  private final Path folder;
  private final int port;
  private @Nullable S3Proxy server;

  private S3Server(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  static S3Server start(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("objects").resolve(BUCKET));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    S3Server server = new S3Server(folder, port);
    server.start();
    return server;
  }

  @Override
  public void start() {
    try {
      S3Proxy made =
          S3Proxy.builder()
              .blobStore(new FilesystemNio2BlobStore(folder.resolve("objects").toString()))
              .endpoint(URI.create("http://127.0.0.1:" + port))
              .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
              .ignoreUnknownHeaders(true)
              .build();
      made.start();
      server = made;
    } catch (Exception e) {
      throw new IllegalStateException("the server of S3 does not start", e);
    }
  }

  @Override
  public void stop() {
    S3Proxy running = server;
    server = null;
    if (running != null) {
      try {
        running.stop();
      } catch (Exception e) {
        throw new IllegalStateException("the server of S3 does not stop", e);
      }
    }
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        "warehouse",
        warehouse("lake"),
        "endpoint",
        "http://127.0.0.1:" + port,
        "access_key",
        ACCESS_KEY,
        "secret_key",
        SECRET_KEY,
        "cache",
        folder.resolve("cache").toString());
  }

  @Override
  public String warehouse(String name) {
    return "s3://" + BUCKET + "/" + name;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public List<String> files(String text) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("objects"))) {
      return all.filter(Files::isRegularFile)
          .map(Path::toString)
          .filter(p -> p.contains(text))
          .toList();
    }
  }
}
