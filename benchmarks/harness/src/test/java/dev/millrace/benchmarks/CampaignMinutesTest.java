package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignMinutesTest {
  private static final String ROW = "7,1767571200,3,1,0.012000,0.006000,0.004,2\n";

  @Test
  void writingsOfEqualNumbersAreEqual(@TempDir Path folder) throws IOException {
    CampaignMinutes one = read(folder, "one", ROW);
    CampaignMinutes two = read(folder, "two", "7,1767571200,3,1,0.012,0.0060,0.0040000000001,2\n");
    assertThat(one.differences(two)).isEmpty();
  }

  @Test
  void eachDifferenceIsSaid(@TempDir Path folder) throws IOException {
    CampaignMinutes expected = read(folder, "expected", ROW + "8,1767571200,1,0,0.1,0.1,0.1,1\n");
    CampaignMinutes other =
        read(
            folder,
            "other",
            ROW.replace(",0.004,2", ",0.004,3") + "9,1767571200,1,0,0.1,0.1,0.1,1\n");
    assertThat(other.differences(expected))
        .hasSize(3)
        .anySatisfy(text -> assertThat(text).startsWith("campaign 7 at 1767571200"))
        .anySatisfy(text -> assertThat(text).startsWith("no row for campaign 8"))
        .anySatisfy(text -> assertThat(text).startsWith("unexpected row for campaign 9"));
  }

  @Test
  void closingEventsAreNotCompared(@TempDir Path folder) throws IOException {
    String closing = "9999,1767571200,1,0,0,0,0,1\n";
    assertThat(read(folder, "one", ROW + closing).differences(read(folder, "two", ROW))).isEmpty();
  }

  private static CampaignMinutes read(Path folder, String name, String csv) throws IOException {
    Path file = folder.resolve(name + ".csv");
    Files.writeString(file, csv);
    return CampaignMinutes.read(file);
  }
}
