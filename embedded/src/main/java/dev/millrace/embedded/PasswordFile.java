package dev.millrace.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** The password of an embedded system, which only the user that runs Millrace can read. */
final class PasswordFile {
  private static final int BYTES = 24;

  private PasswordFile() {}

  /**
   * The password in the file; a new one if there is no file.
   *
   * @throws IOException if the file is empty, too
   */
  static String readOrCreate(Path file) throws IOException {
    if (!Files.exists(file)) {
      return create(file);
    }
    String password = Files.readString(file).strip();
    if (password.isEmpty()) {
      throw new IOException(
          "the password file `%s` is empty; delete it, and a new password is made".formatted(file));
    }
    return password;
  }

  /** A new password in the file, in place of an old one. */
  static String create(Path file) throws IOException {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    write(file, password + "\n");
    return password;
  }

  /** Writes a file that only the user can read, in place of an old one. */
  static void write(Path file, String text) throws IOException {
    Path written = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(written);
    try (var channel =
        Files.newByteChannel(
            written,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(StandardCharsets.UTF_8.encode(text));
    }
    // Never half of it under the name that counts.
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
