package dev.millrace.benchmarks;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The final table of a run: what each campaign did in each minute, by campaign and minute. */
final class CampaignMinutes {
  /**
   * A row without its key.
   *
   * @param averageCost compared to 1e-9, all else exactly
   */
  record Measures(
      long impressions,
      long clicks,
      BigDecimal cost,
      BigDecimal highestCost,
      double averageCost,
      long users) {
    boolean matches(Measures other) {
      return impressions == other.impressions
          && clicks == other.clicks
          && cost.compareTo(other.cost) == 0
          && highestCost.compareTo(other.highestCost) == 0
          && Math.abs(averageCost - other.averageCost) <= 1e-9
          && users == other.users;
    }
  }

  private final TreeMap<String, Measures> rows = new TreeMap<>();

  /**
   * Reads CSV without a header: campaign, minute (seconds since 1970), impressions, clicks, cost,
   * highest cost, average cost, users. The closing events' campaign is left out.
   *
   * @param path a file, or a folder of which all visible files are read
   */
  static CampaignMinutes read(Path path) throws IOException {
    CampaignMinutes minutes = new CampaignMinutes();
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.filter(CampaignMinutes::holdsRows).toList()) {
        for (String line : Files.readAllLines(file)) {
          minutes.add(line.split(",", -1));
        }
      }
    }
    return minutes;
  }

  private static boolean holdsRows(Path path) {
    String name = String.valueOf(path.getFileName());
    boolean hidden = name.startsWith(".") || name.startsWith("_");
    return Files.isRegularFile(path) && !hidden && !name.endsWith(".crc");
  }

  private void add(String[] fields) {
    if (Integer.parseInt(fields[0]) == AdTraffic.CLOSING_CAMPAIGN) {
      return;
    }
    Measures measures =
        new Measures(
            Long.parseLong(fields[2]),
            Long.parseLong(fields[3]),
            new BigDecimal(fields[4]),
            new BigDecimal(fields[5]),
            Double.parseDouble(fields[6]),
            Long.parseLong(fields[7]));
    String key = fields[0] + " at " + fields[1];
    if (rows.put(key, measures) != null) {
      throw new IllegalStateException("two rows for campaign " + key);
    }
  }

  int size() {
    return rows.size();
  }

  /** The impressions of all rows. */
  long impressions() {
    return rows.values().stream().mapToLong(Measures::impressions).sum();
  }

  /** Says how it differs from what it should be; empty if it does not. */
  List<String> differences(CampaignMinutes expected) {
    List<String> differences = new ArrayList<>();
    for (Map.Entry<String, Measures> row : expected.rows.entrySet()) {
      Measures mine = rows.get(row.getKey());
      if (mine == null) {
        differences.add("no row for campaign " + row.getKey() + ", expected " + row.getValue());
      } else if (!mine.matches(row.getValue())) {
        differences.add("campaign " + row.getKey() + ": " + mine + ", expected " + row.getValue());
      }
    }
    for (String key : rows.keySet()) {
      if (!expected.rows.containsKey(key)) {
        differences.add("unexpected row for campaign " + key + ": " + rows.get(key));
      }
    }
    return differences;
  }
}
