package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hadoop's jars, which only the process with HDFS in it has on its class path. The first use has
 * Maven fetch them, from wherever it is configured to, and compare their checksums.
 */
final class HdfsJars {
  private static final String JARS = "jars";

  /** The NameNode wants folders of web pages, which its jars do not have. */
  private static final List<String> PAGES = List.of("webapps/hdfs", "webapps/datanode");

  private static final Logger LOG = LoggerFactory.getLogger(HdfsJars.class);

  private HdfsJars() {}

  /**
   * The class path of the process, without Millrace's own.
   *
   * @throws StopException if they would have to be fetched, and there is no Maven
   * @throws RetryException if they could not be fetched now
   */
  static synchronized String classPath() {
    String pom = pom();
    Path home = Downloads.once(name(pom), JARS, folder -> fetch(pom, folder));
    return home + java.io.File.pathSeparator + home.resolve(JARS) + "/*";
  }

  /** True if they are there or Maven could fetch them. */
  static boolean isAvailable() {
    return Downloads.has(name(pom()), JARS) || Executables.find("mvn").isPresent();
  }

  private static Path fetch(String pom, Path folder) throws IOException {
    Path maven =
        Executables.find("mvn")
            .orElseThrow(
                () ->
                    new StopException(
                        Problem.error(
                            EmbeddedError.EMBEDDED_UNAVAILABLE,
                            null,
                            "HDFS has to be fetched once with Maven, which is not installed",
                            "install it (Debian and Ubuntu: apt-get install maven), or give the"
                                + " target a `url` of an HDFS instead of `embedded`"),
                        null));
    LOG.info("fetching HDFS, 65 MB, once for all projects");
    Path file = Files.writeString(folder.resolve("pom.xml"), pom);
    Path home = Files.createDirectories(folder.resolve("hdfs"));
    Optional<String> failure =
        Downloads.run(
            folder,
            List.of(
                maven.toString(),
                "--batch-mode",
                "--quiet",
                "--strict-checksums",
                "--file",
                file.toString(),
                "dependency:copy-dependencies",
                "-DincludeScope=runtime",
                "-DoutputDirectory=" + home.resolve(JARS)));
    if (failure.isPresent()) {
      throw new RetryException(
          Problem.error(
              EmbeddedError.EMBEDDED_START,
              null,
              "HDFS could not be fetched with Maven: " + failure.get(),
              "see that Maven reaches its repository, or give the target a `url` of an HDFS"),
          null);
    }
    for (String page : PAGES) {
      Files.createDirectories(home.resolve(page));
    }
    return home;
  }

  private static String pom() {
    try (InputStream text =
        Objects.requireNonNull(HdfsJars.class.getResourceAsStream("hdfs/pom.xml"))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Other versions are another folder. */
  private static String name(String pom) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(pom.getBytes(StandardCharsets.UTF_8));
      return "hdfs-" + HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
