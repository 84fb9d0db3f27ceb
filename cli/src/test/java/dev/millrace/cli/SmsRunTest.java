package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The example {@code sms} from files on servers to ClickHouse, killed between download, commit and
 * insert: every row of every file is in the store and in ClickHouse, once, wherever the ledger is.
 */
@Tag("long")
class SmsRunTest {
  private static final List<String> POINTS =
      List.of(
          "source-before-commit",
          "source-after-commit",
          "before-commit",
          "sink-before-commit",
          "sink-after-commit");
  private static final List<String> SERVERS = List.of("sftp/files/", "ftp/files/");
  private static final int TOTAL = 5_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"kafka", "redis"})
  void everyRowOfEveryFileArrivesOnce(String ledger) throws Exception {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    Random random = Seeds.random("SmsRunTest");
    Path project = project();
    AdsRun.copyExample("sms", project);
    // Not older than the table's TTL.
    change(
        "sources/operators.yml",
        "    seed: 7\n",
        "    seed: 7\n    total: %d\n    start: \"%sT10:00:00Z\"\n"
            .formatted(TOTAL, LocalDate.now(ZoneOffset.UTC).minusDays(1)));
    change("sources/operators.yml", "broken: 2%", "broken: 0%");
    change("sources/sms.yml", "after: delete", "after: move\n    move_to: done");
    change("sources/sms.yml", "{{ 'redis' if target.name == 'prod' else 'kafka' }}", ledger);
    change("millrace.yml", "    ftp: embedded\n", "    ftp: embedded\n    redis: embedded\n");
    List<String> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, random);
    points.subList(ledger.equals("kafka") ? POINTS.size() : 2, POINTS.size()).clear();
    int killed = 0;
    for (String point : points) {
      String fault = point + ":" + (1 + random.nextInt(2));
      // One that comes when all is done already is not reached.
      int code = run(fault);
      System.out.println("SmsRunTest: " + fault + " ended with " + code);
      killed += code == FaultPoint.EXIT_CODE ? 1 : 0;
    }
    assertThat(killed).isGreaterThanOrEqualTo(2);
    assertThat(run("")).isZero();
    assertThat(isWaiting()).as("files are left").isFalse();

    long rows = rowsOfFiles();
    assertThat(rows).isEqualTo(3L * TOTAL);
    try (ClickHouseTables tables = new ClickHouseTables(project, "sms", folder)) {
      long admitted = tables.number("SELECT count(*) FROM records");
      long rejected = tables.number("SELECT count(*) FROM store.system.rejected");
      long late = tables.number("SELECT count(*) FROM store.system.late");
      assertThat(tables.number("SELECT count(DISTINCT record_id) FROM records"))
          .isEqualTo(admitted);
      assertThat(tables.number("SELECT count(*) FROM store.system.duplicates")).isZero();
      assertThat(rejected).isBetween(1L, rows / 20);
      assertThat(admitted + rejected + late).isEqualTo(rows);
      tables.assertEqual("records", "sms.records");
      tables.assertEqual("volumes", "sms.volumes_final");
      tables.assertEqual("daily_report", "sms.daily_report_final");
    }
  }

  private Path project() {
    return folder.resolve("sms");
  }

  private void change(String file, String from, String to) throws IOException {
    Path path = project().resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  private int run(String fault) {
    Map<String, String> properties = fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault);
    try (ChildJvm child =
        ChildJvm.start(Millrace.class, properties, "run", project().toString(), "--until-idle")) {
      int code = child.awaitExit(Duration.ofMinutes(3));
      assertThat(code).as("%s: %s", fault, child.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  /** True while a file is where it was dropped. */
  private boolean isWaiting() throws IOException {
    return Stream.of("sftp/files/alfa", "sftp/files/bravo", "ftp/files/cargo")
        .map(f -> project().resolve(".millrace").resolve(f))
        .anyMatch(SmsRunTest::holdsFiles);
  }

  private static boolean holdsFiles(Path dropped) {
    try (Stream<Path> files = Files.list(dropped)) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      return true;
    }
  }

  private long rowsOfFiles() throws IOException {
    long rows = 0;
    for (String server : SERVERS) {
      try (Stream<Path> files =
          Files.walk(project().resolve(".millrace").resolve(server + "done"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          rows += rows(file);
        }
      }
    }
    return rows;
  }

  private static long rows(Path file) throws IOException {
    String name = file.toString();
    try (InputStream in = Files.newInputStream(file)) {
      if (name.endsWith(".zip")) {
        ZipInputStream zip = new ZipInputStream(in);
        zip.getNextEntry();
        return new String(zip.readAllBytes(), UTF_8).lines().count();
      }
      // A tar's header and padding hold no line break.
      long lines = new String(new GZIPInputStream(in).readAllBytes(), UTF_8).split("\n").length;
      return name.endsWith(".tar.gz") ? lines - 2 : lines - 1;
    }
  }
}
