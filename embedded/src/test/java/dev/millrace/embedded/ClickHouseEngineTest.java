package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How the engine comes here, and what is said where it does not. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class ClickHouseEngineTest {
  @TempDir Path folder;

  /** What a start says, with programs of this folder alone. */
  private String startWith(Path programs, String... properties) {
    Map<String, String> all =
        properties.length == 0
            ? Map.of("millrace.cache", cache().toString())
            : Map.of("millrace.cache", cache().toString(), properties[0], properties[1]);
    try (ChildJvm child =
        ChildJvm.start(
            ClickHouseParent.class,
            all,
            Map.of("PATH", programs.toString()),
            folder.resolve("project").toString())) {
      assertThat(child.awaitExit(Duration.ofSeconds(60))).isNotZero();
      return child.output();
    }
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  /** An npm that does what a script says. */
  private Path npm(String script) throws IOException {
    Path programs = Files.createDirectories(folder.resolve("programs"));
    Path npm = programs.resolve("npm");
    Files.writeString(npm, "#!/bin/bash\nPATH=/usr/bin:/bin\n" + script + "\n");
    Files.setPosixFilePermissions(npm, PosixFilePermissions.fromString("rwxr-xr-x"));
    return programs;
  }

  @Test
  void withoutNpmTheWayOutIsTold() throws IOException {
    assertThat(startWith(Files.createDirectories(folder.resolve("empty"))))
        .contains("[EMBEDDED_UNAVAILABLE]")
        .contains("`npm`, which is not installed")
        .contains("give the target a `url`");
  }

  @Test
  void otherPlatformsAreTold() throws IOException {
    assertThat(startWith(npm("exit 1"), "os.arch", "riscv64"))
        .contains("[EMBEDDED_UNAVAILABLE]")
        .contains("x86-64 processor only, this is Linux on riscv64")
        .contains("give the target a `url`");
  }

  @Test
  void whatNpmSaysIsPassedOn() throws IOException {
    assertThat(startWith(npm("echo 'npm error network is unreachable' >&2; exit 1")))
        .contains("[EMBEDDED_START]")
        .contains("npm error network is unreachable");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void otherBytesAreNotUsed() throws IOException {
    assertThat(
            startWith(
                npm(
                    """
                    for last; do [ "$before" = --pack-destination ] && to=$last; before=$last; done
                    mkdir -p "$to/package" && echo junk >"$to/package/libchdb.so"
                    cd "$to" && tar czf chdb.tgz package && rm -r package""")))
        .contains("[DOWNLOAD_CORRUPT]")
        .contains("it is not used");
    assertThat(leftovers()).isEmpty();
  }

  private Stream<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(cache())) {
      return files.toList().stream();
    }
  }

  @Test
  @Tag("slow")
  void engineIsFetchedOnce() throws IOException {
    assumeTrue(Executables.find("npm").isPresent(), "no npm");
    System.setProperty(Downloads.CACHE, cache().toString());
    try {
      Path library = ClickHouseEngine.library();
      assertThat(library).exists();
      Object made = Files.getAttribute(library, "unix:ino");
      assertThat(ClickHouseEngine.library()).isEqualTo(library);
      assertThat(Files.getAttribute(library, "unix:ino")).isEqualTo(made);
      assertThat(leftovers()).containsExactly(library.getParent());
    } finally {
      System.clearProperty(Downloads.CACHE);
    }
  }
}
