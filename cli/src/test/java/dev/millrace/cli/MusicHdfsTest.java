package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.embedded.Ports;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example {@code music} with its lake in HDFS, bronze, silver and gold: killed while bronze is
 * delivered and while silver is built, it comes to what a run comes to whose lake is on the disk.
 */
@Tag("long")
class MusicHdfsTest {
  @TempDir Path folder;

  @Test
  void whatIsInHdfsIsWhatIsOnTheDisk() throws Exception {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    assumeTrue(HdfsSystem.isAvailable(), "HDFS cannot be had here");
    MusicProject hdfs = MusicProject.copy(folder.resolve("hdfs"), 4, "hdfs");
    hdfs.change(
        "sinks/lake.yml",
        "    table: bronze.listens\n",
        "    table: bronze.listens\n    live_view: listens_all\n");
    for (String fault : List.of("sink-before-commit:2", "sink-after-commit", "lake-moved:3")) {
      assertThat(hdfs.run(fault, "run", "--until-idle")).as(fault).isEqualTo(FaultPoint.EXIT_CODE);
    }
    assertThat(hdfs.run("", "run", "--until-idle")).isZero();
    assertThat(hdfs.run("model-lake-committed:3", "build")).isEqualTo(FaultPoint.EXIT_CODE);
    hdfs.build();
    // What a running project shows, and gold on its way to ClickHouse.
    assertThat(hdfs.run("", "run", "--until-idle")).isZero();

    MusicProject disk = MusicProject.copy(folder.resolve("disk"), 4, "dev");
    assertThat(disk.run("", "run", "--until-idle")).isZero();
    disk.build();
    AdsRun.assertSame(hdfs.tables(), disk.tables());
    try (ClickHouseTables tables = new ClickHouseTables(hdfs.folder(), "music", folder)) {
      tables.assertEqual("top_songs", "music.top_songs_final");
    }
    DataFolder data = DataFolder.open(hdfs.folder());
    HdfsSystem system = new HdfsSystem("hdfs", data.resolve("hdfs"), new Ports(data));
    system.start();
    try {
      LakeTables lake = new LakeTables(hdfs.folder(), Optional.of(system::options));
      for (String table : List.of("listens", "page_views", "auth", "status_changes")) {
        lake.assertEqual("bronze_" + table, "bronze." + table);
      }
      lake.assertLive("bronze_listens", "listens_all");
      for (String table : MusicProject.BUILT) {
        lake.assertEqual(table, "main." + table);
      }
    } finally {
      system.stop();
    }
  }
}
