package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ClickHouse's engine as a library. It is in no Maven repository: the first use fetches it by name
 * with {@code npm}, from whatever registry that is configured for, and believes only the bytes
 * whose checksum is here. All projects of a user share it.
 */
final class ClickHouseEngine {
  static final String VERSION = "26.5.3";
  private static final String HOME = "clickhouse-" + VERSION;
  private static final String PACKAGE = "@chdb/lib-linux-x64-gnu";
  private static final String SHA_512 =
      "fPrLmRt5Moor9yGz4mazbrNje4t7X9KB2mTGkXFWRxRBs2iKy8yh6jx11xsa0Qr3iDFMU/yHqd+bVdYJXu3QaQ==";
  private static final String ENTRY = "package/libchdb.so";
  private static final String LIBRARY = "libchdb.so";
  private static final Logger LOG = LoggerFactory.getLogger(ClickHouseEngine.class);

  private ClickHouseEngine() {}

  /**
   * The library, fetched if it is not there yet.
   *
   * @throws StopException if this machine cannot have it
   * @throws RetryException if it could not be fetched now
   */
  static synchronized Path library() {
    requirePlatform();
    Path home =
        Downloads.once(
            HOME,
            LIBRARY,
            folder -> {
              Path npm = npm();
              LOG.info("fetching ClickHouse's engine {}, 167 MB, once for all projects", VERSION);
              Path packed = pack(npm, folder);
              verify(packed);
              Path unpacked = Files.createDirectories(folder.resolve("unpacked"));
              unpack(packed, unpacked.resolve(LIBRARY));
              return unpacked;
            });
    return home.resolve(LIBRARY);
  }

  /** True if the library is there or {@code npm} could fetch it. */
  static boolean isAvailable() {
    return isPlatform() && (Downloads.has(HOME, LIBRARY) || Executables.find("npm").isPresent());
  }

  private static boolean isPlatform() {
    return Programs.system().equals("linux") && Programs.architecture().equals("x86_64");
  }

  private static void requirePlatform() {
    if (!isPlatform()) {
      throw unavailable(
          "ClickHouse can be embedded on Linux with an x86-64 processor only, this is %s on %s"
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
          "");
    }
  }

  private static Path npm() {
    return Executables.find("npm")
        .orElseThrow(
            () ->
                unavailable(
                    "ClickHouse's engine has to be fetched once with `npm`, which is not installed",
                    "install npm (Debian and Ubuntu: apt-get install npm), or "));
  }

  private static Path pack(Path npm, Path folder) throws IOException {
    Optional<String> failure =
        Downloads.run(
            // Elsewhere npm would read the settings of whatever package it finds itself in.
            folder,
            List.of(
                npm.toString(),
                "pack",
                "--silent",
                "--ignore-scripts",
                "--pack-destination",
                folder.toString(),
                PACKAGE + "@" + VERSION));
    Optional<Path> packed = Optional.empty();
    try (var files = Files.list(folder)) {
      packed = files.filter(f -> f.toString().endsWith(".tgz")).findFirst();
    }
    if (failure.isPresent() || packed.isEmpty()) {
      throw notFetched(
          failure
              .filter(text -> !text.isEmpty())
              .orElse("it said nothing (`npm pack %s@%s` shows more)".formatted(PACKAGE, VERSION)));
    }
    return packed.get();
  }

  private static void verify(Path packed) throws IOException {
    MessageDigest digest = sha512();
    try (InputStream bytes = new DigestInputStream(Files.newInputStream(packed), digest)) {
      bytes.transferTo(OutputStream.nullOutputStream());
    }
    String found = Base64.getEncoder().encodeToString(digest.digest());
    if (!found.equals(SHA_512)) {
      throw new StopException(
          Problem.error(
              EmbeddedError.DOWNLOAD_CORRUPT,
              null,
              "what npm gave for `%s@%s` has checksum sha512-%s, not sha512-%s: it is not used"
                  .formatted(PACKAGE, VERSION, found, SHA_512),
              "check which registry npm asks (`npm config get registry`), or give the target a `url`"
                  + " of a ClickHouse server"),
          null);
    }
  }

  private static void unpack(Path packed, Path library) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new GzipCompressorInputStream(new BufferedInputStream(Files.newInputStream(packed))))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        if (e.getName().equals(ENTRY)) {
          Files.copy(tar, library);
          return;
        }
      }
    }
    throw new IOException("the package has no " + ENTRY);
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-512", e);
    }
  }

  private static StopException unavailable(String message, String hint) {
    return new StopException(
        Problem.error(
            EmbeddedError.EMBEDDED_UNAVAILABLE,
            null,
            message,
            hint + "give the target a `url` of a ClickHouse server instead of `embedded`"),
        null);
  }

  private static RetryException notFetched(String reason) {
    return new RetryException(
        Problem.error(
            EmbeddedError.EMBEDDED_START,
            null,
            "ClickHouse's engine could not be fetched with npm: " + reason,
            "see that npm reaches its registry, or give the target a `url` of a ClickHouse server"),
        null);
  }
}
