package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of a built tree, and the archive of classes that makes starts quick. */
@Tag("slow")
class LauncherTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String VERSION = "millrace \\S+\nJava \\S+, DuckDB \\S+, Kafka \\S+\n";

  @TempDir Path folder;
  private Path tree = Path.of("");
  private Path archive = Path.of("");

  /** A built tree without sources: the launcher, its jars, and the example that it rehearses. */
  @BeforeEach
  void build() throws IOException {
    tree = Files.createDirectories(folder.resolve("tree"));
    Path launcher = Path.of(System.getProperty("user.dir")).resolveSibling("millrace");
    Files.copy(launcher, tree.resolve("millrace"));
    assertThat(tree.resolve("millrace").toFile().setExecutable(true)).isTrue();
    Path lib = Files.createDirectories(target().resolve("lib"));
    List<String> jars = new ArrayList<>();
    for (String entry : classPath().split(File.pathSeparator)) {
      Path path = Path.of(entry);
      boolean own = Files.exists(path.resolve("dev/millrace/cli/Millrace.class"));
      String name = own ? "millrace-cli.jar" : jars.size() + "-" + path.getFileName();
      if (Files.isDirectory(path)) {
        pack(path, lib.resolve(own ? name : name + ".jar"));
      } else {
        Files.copy(path, lib.resolve(name));
      }
      if (!own) {
        jars.add("lib/" + (Files.isDirectory(path) ? name + ".jar" : name));
      }
    }
    Files.writeString(target().resolve("classpath"), String.join(":", jars));
    Files.createFile(target().resolve("built"));
    archive = target().resolve("millrace.jsa");
    StringWriter out = new StringWriter();
    int code =
        Millrace.command()
            .setOut(new PrintWriter(out))
            .execute("init", tree.resolve("examples/ads").toString());
    assertThat(code).as(out.toString()).isZero();
  }

  private Path target() {
    return tree.resolve("cli/target");
  }

  private static String classPath() {
    String real = System.getProperty("surefire.test.class.path");
    return real == null ? System.getProperty("java.class.path", "") : real;
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        packed.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, packed);
        packed.closeEntry();
      }
    }
  }

  /** What the launcher printed, errors too; it must have succeeded. */
  private String millrace(String options, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(tree.resolve("millrace").toString()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("MILLRACE_JAVA_OPTIONS", options);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private boolean usesArchive() throws Exception {
    return millrace("-Xlog:class+load", "--version")
        .lines()
        .filter(line -> line.contains("dev.millrace.cli.Millrace "))
        .anyMatch(line -> line.contains("shared objects file"));
  }

  @Test
  void anArchiveIsMadeAfterARunAndNeverStandsInTheWay() throws Exception {
    assertThat(millrace("", "--version")).matches(VERSION);
    assertThat(usesArchive()).isFalse();
    assertThat(archive).as("a command that is no run makes none").doesNotExist();

    Path project = tree.resolve("examples/ads");
    assertThat(millrace("", "run", project.toString(), "--for", "1s")).contains("stopped after");
    Path key = target().resolve("millrace.jsa.key");
    Awaitility.await().atMost(LIMIT).until(() -> Files.exists(key) && Files.size(key) > 0);
    assertThat(Files.readString(target().resolve("rehearsal.log"))).doesNotContain("error");
    assertThat(usesArchive()).isTrue();
    assertThat(millrace("", "--version")).matches(VERSION);

    // Another build has begun: a jar is newer, then the stamp.
    Path jar = target().resolve("lib/millrace-cli.jar");
    FileTime built = Files.getLastModifiedTime(jar);
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now()));
    assertThat(millrace("", "--version")).matches(VERSION);
    assertThat(usesArchive()).isFalse();
    Files.setLastModifiedTime(jar, built);
    assertThat(usesArchive()).isTrue();
    Path stamp = target().resolve("built");
    FileTime stamped = Files.getLastModifiedTime(stamp);
    Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(usesArchive()).isFalse();
    Files.setLastModifiedTime(stamp, stamped);

    // The folder is elsewhere, under a name that a shell might trip over.
    Path before = tree;
    tree = folder.resolve("my & tree");
    Files.move(before, tree);
    assertThat(millrace("", "--version")).matches(VERSION);
    assertThat(usesArchive()).isFalse();
    Files.move(tree, before);
    tree = before;
    assertThat(usesArchive()).isTrue();

    // Its end is missing.
    assertThat(archive.toFile().setWritable(true)).isTrue();
    try (FileChannel file = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      file.truncate(1 << 20);
    }
    assertThat(millrace("", "--version")).matches(VERSION);
    assertThat(usesArchive()).isFalse();
  }
}
