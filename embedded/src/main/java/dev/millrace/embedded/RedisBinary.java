package dev.millrace.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Redis's server, one program, unpacked once from the artifact that carries it. */
final class RedisBinary {
  /** By operating system and processor, as {@link Programs} names them: what the artifact has. */
  static final Map<String, String> RESOURCES =
      Map.of(
          "linux-x86_64", "/redis-server-6.2.6-v5-linux-amd64",
          "linux-arm_64", "/redis-server-6.2.7-linux-arm64",
          "darwin-x86_64", "/redis-server-6.2.6-v5-darwin-amd64",
          "darwin-arm_64", "/redis-server-6.2.6-v5-darwin-arm64");

  private RedisBinary() {}

  /**
   * The program, unpacked into the shared folder or else below {@code folder} if it is in neither
   * yet, and tried.
   *
   * @throws StopException if there is none for this platform, it does not run here, or the disk
   *     refuses
   */
  static Path unpack(Path folder) {
    return unpack(folder, Programs.system() + "-" + Programs.architecture());
  }

  /** The program for a platform. */
  static Path unpack(Path folder, String platform) {
    String name = RESOURCES.get(platform);
    URL resource = name == null ? null : RedisBinary.class.getResource(name);
    if (resource == null) {
      throw unavailable("there is no embedded Redis for this machine (%s)".formatted(platform));
    }
    try {
      // The size names the version: it changes with the artifact.
      String version = Long.toString(resource.openConnection().getContentLengthLong());
      return Programs.unpack(folder, "redis-server", version, target -> unpack(resource, target));
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
    }
  }

  private static void unpack(URL resource, Path target) throws IOException {
    try (InputStream in = resource.openStream()) {
      Files.copy(in, target);
    }
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    String reason = reasonNotToRun(target);
    if (reason != null) {
      throw unavailable("the embedded Redis does not run on this machine: " + reason);
    }
  }

  /** Null if the program runs: libraries may be missing that it is linked to. */
  static @Nullable String reasonNotToRun(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      int code = process.waitFor();
      return code == 0 ? null : said.isEmpty() ? "it ended with exit code " + code : said;
    } catch (IOException e) {
      return Reasons.of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static StopException unavailable(String message) {
    return new StopException(
        Problem.error(
            EmbeddedError.EMBEDDED_UNAVAILABLE,
            null,
            message,
            "give the target a `url` of a Redis server instead of `embedded`; on Linux with x86-64 the"
                + " embedded one needs OpenSSL 3"),
        null);
  }
}
