package dev.millrace.lake;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.aws.s3.S3FileIOProperties;
import org.apache.iceberg.io.SupportsPrefixOperations;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A lake in an S3-compatible store. A file there is whole and durable once the store has confirmed
 * it, and nothing before: that is the store's promise. Only this class, and what fails in it, loads
 * the store's client.
 */
final class S3Files extends RemoteFiles {
  /** The largest file that is sent in one request, bytes; larger ones go in parts. */
  private static final long ONE_REQUEST = 256L << 20;

  private static final List<String> KEY_ERRORS =
      List.of("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied");

  private final S3FileIO io;

  private S3Files(String warehouse, Path staging, FileCache cache, S3FileIO io) {
    super(warehouse, staging, cache);
    this.io = io;
  }

  /** Asks the store once, so that a wrong key or bucket is told at once. */
  static S3Files open(LakeAddress address, S3Address store) throws IOException {
    Path staging = staging(address.cache());
    FileCache cache = files(address.cache());
    S3FileIO io = new S3FileIO();
    boolean opened = false;
    try {
      Map<String, String> properties = S3Clients.properties(store);
      properties.put(S3FileIOProperties.STAGING_DIRECTORY, staging.toString());
      io.initialize(properties);
      URI uri = URI.create(address.warehouse());
      io.client()
          .listObjectsV2(r -> r.bucket(uri.getHost()).prefix(key(address.warehouse())).maxKeys(1));
      opened = true;
      return new S3Files(address.warehouse(), staging, cache, io);
    } finally {
      if (!opened) {
        io.close();
      }
    }
  }

  private static String bucket(String location) {
    return LakeFiles.normal(location).substring("s3://".length()).split("/", 2)[0];
  }

  private static String key(String location) {
    String[] parts = LakeFiles.normal(location).substring("s3://".length()).split("/", 2);
    return parts.length == 2 ? parts[1] : "";
  }

  @Override
  String scheme() {
    return "s3://";
  }

  @Override
  public SupportsPrefixOperations io() {
    return io;
  }

  @Override
  void send(Path file, String location) throws IOException {
    if (Files.size(file) <= ONE_REQUEST) {
      io.client(location)
          .putObject(
              r -> r.bucket(bucket(location)).key(key(location)), RequestBody.fromFile(file));
    } else {
      try (OutputStream out = io.newOutputFile(location).createOrOverwrite()) {
        Files.copy(file, out);
      }
    }
  }

  /** What a person has to mend, where the store's answer says that it is so. */
  static Optional<MillraceException> failure(RuntimeException e, String doing) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof AwsServiceException answer) {
        String code = String.valueOf(answer.awsErrorDetails().errorCode());
        String said = "cannot " + doing + ": the store says " + code + ": " + message(answer);
        if (code.equals("NoSuchBucket")) {
          return stop(said, "make the bucket, or correct `warehouse`", e);
        }
        if (KEY_ERRORS.contains(code) || answer.statusCode() == 403) {
          return stop(said, "check `access_key` and `secret_key`, and what they may do", e);
        }
      }
    }
    return Optional.empty();
  }

  private static String message(AwsServiceException answer) {
    return String.valueOf(answer.awsErrorDetails().errorMessage());
  }

  private static Optional<MillraceException> stop(String message, String hint, Exception cause) {
    return Optional.of(
        new StopException(Problem.error(LakeError.LAKE_ACCESS, null, message, hint), cause));
  }
}
