package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of rows are what was last written under their number, whatever happened in between. */
final class RowFileTest {
  private static final List<Wire.Kind> KINDS =
      List.of(Wire.Kind.TEXT, Wire.Kind.LONG, Wire.Kind.LONG);

  @TempDir Path folder;

  private static Block block(Random random, long first, int count) {
    Block rows = new Block(KINDS);
    for (int i = 0; i < count; i++) {
      rows.addRow();
      if (random.nextInt(5) > 0) {
        rows.set(0, "\u00e4".repeat(random.nextInt(20) == 0 ? 700 : random.nextInt(9)));
      }
      if (random.nextInt(5) > 0) {
        rows.set(1, random.nextLong());
      }
      rows.set(2, first + i);
    }
    return rows;
  }

  private static String text(Block rows, int row) {
    return rows.text(0, row)
        + "|"
        + (rows.isNull(1, row) ? "null" : Long.toString(rows.number(1, row)))
        + "|"
        + rows.number(2, row);
  }

  @Test
  void rowsAreWhatWasWrittenLast() throws Exception {
    long seed = Seeds.next("RowFileTest");
    Random random = new Random(seed);
    try (RowFile file = new RowFile(folder.resolve("scratch"), "t")) {
      TreeMap<Long, String> model = new TreeMap<>();
      // Close to the end of a file, so that rows go into two of them.
      long next = (1L << 20) - 3_000;
      long floor = 0;
      Set<Long> removed = new HashSet<>();
      file.startAt(next);
      for (int round = 0; round < 400; round++) {
        int count = 1 + random.nextInt(60);
        if (random.nextInt(10) == 0) {
          // Rows that nobody copied, over what a rolled-back batch may have left.
          next += random.nextInt(50);
          file.startAt(next);
        }
        Block rows = block(random, next, count);
        file.append(next, rows, 0, count);
        for (int i = 0; i < count; i++) {
          model.put(next + i, text(rows, i));
        }
        if (random.nextInt(4) == 0) {
          file.truncate(next);
          model.tailMap(next, true).clear();
        } else {
          next += count;
        }
        if (random.nextInt(20) == 0) {
          floor = Math.max(floor, next - random.nextInt(200));
          file.expireBelow(floor);
        }
        if (random.nextInt(4) == 0) {
          long gone = next - 1 - random.nextInt(500);
          file.remove(gone);
          removed.add(gone);
        }
        for (int i = 0; i < 20; i++) {
          long number = next + 5 - random.nextInt(4_000);
          Block read = new Block(KINDS);
          boolean known = file.read(number, read);
          if (known && read.size() == 0) {
            assertThat(removed).contains(number);
            continue;
          }
          assertThat(known)
              .isEqualTo(number >= floor && model.containsKey(number) && !removed.contains(number));
          if (known) {
            assertThat(text(read, 0)).isEqualTo(model.get(number));
          }
        }
      }
    }
    try (Stream<Path> left = Files.list(folder.resolve("scratch"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void deletedRowsAreKnownToBeGone() {
    Random random = new Random(1);
    try (RowFile file = new RowFile(folder.resolve("scratch"), "t")) {
      Block rows = block(random, 1, 100);
      rows.set(1, 49, 500);
      rows.set(1, 50, 499);
      file.startAt(1);
      file.append(1, rows, 0, 100);
      file.forget(1, 500, 60);
      Block read = new Block(KINDS);
      assertThat(file.read(50, read)).isTrue();
      assertThat(read.size()).isEqualTo(1);
      assertThat(file.read(51, read)).isTrue();
      assertThat(read.size()).isEqualTo(1);
    }
  }
}
