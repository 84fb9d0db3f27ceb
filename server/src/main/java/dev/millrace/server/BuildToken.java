package dev.millrace.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a build has to show: a secret in a file of the data folder that only the instance's user can
 * read. Models run any SQL, so others of the machine, who reach the port, must not ask for builds.
 */
final class BuildToken {
  /** The header that has it. */
  static final String HEADER = "X-Millrace-Token";

  private static final int BYTES = 32;

  private final String secret;

  private BuildToken(String secret) {
    this.secret = secret;
  }

  private static Path file(Path project) {
    return project.resolve(".millrace").resolve("build-token");
  }

  /** A new one, for the time that an instance runs. */
  static BuildToken make(Path project) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String secret = HexFormat.of().formatHex(random);
    Path file = file(project);
    Files.deleteIfExists(file);
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, secret);
    return new BuildToken(secret);
  }

  /** The secret of the instance that runs; empty if it cannot be read. */
  static Optional<String> read(Path project) {
    try {
      return Optional.of(Files.readString(file(project)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  boolean fits(String shown) {
    return MessageDigest.isEqual(
        secret.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }
}
