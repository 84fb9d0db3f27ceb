package dev.millrace.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Files of call detail records as gzip writes them: CSV with a header, from a seed. */
final class CallFiles {
  static final String HEADER =
      "record_id,kind,sender,receiver,cell,country,status,seconds,volume,started_at";

  private static final String[] KINDS = {"sms", "sms", "sms", "call", "data"};
  private static final String[] COUNTRIES = {"DE", "DE", "DE", "DE", "FR", "NL", "PL"};
  private static final String[] STATUS = {"delivered", "delivered", "delivered", "failed"};
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final int ROWS_PER_SECOND = 5_000;
  private static final long SEED = 42;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private long row;

  /** What a folder of such files holds. */
  record Amount(Path folder, long rows, long unpackedBytes, long packedBytes, List<Path> files) {}

  /** The files of a folder, which is filled if it is not there yet. */
  static Amount kept(Path folder, int files, int rowsEach) throws IOException {
    Path done = folder.resolveSibling(folder.getFileName() + ".written");
    if (!Files.exists(done)) {
      Folders.delete(folder);
      Files.createDirectories(folder);
      CallFiles calls = new CallFiles();
      long unpacked = 0;
      for (int i = 0; i < files; i++) {
        unpacked += calls.write(folder.resolve("calls_%05d.csv.gz".formatted(i)), rowsEach);
      }
      Files.writeString(done, Long.toString(unpacked));
    }
    List<Path> all;
    try (Stream<Path> list = Files.list(folder)) {
      all = list.sorted().toList();
    }
    long packed = 0;
    for (Path file : all) {
      packed += Files.size(file);
    }
    return new Amount(
        folder,
        (long) files * rowsEach,
        Long.parseLong(Files.readString(done).strip()),
        packed,
        all);
  }

  /** Writes a file; returns its bytes before packing. */
  long write(Path file, long rows) throws IOException {
    long bytes = 0;
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16);
        PrintStream text = new PrintStream(out, false, StandardCharsets.UTF_8)) {
      text.append(HEADER).append('\n');
      bytes += HEADER.length() + 1;
      for (long i = 0; i < rows; i++) {
        String line = line();
        text.append(line).append('\n');
        bytes += line.length() + 1;
      }
    }
    return bytes;
  }

  /** The next row. */
  String line() {
    long number = row++;
    String kind = KINDS[random.nextInt(KINDS.length)];
    return new StringBuilder(128)
        .append("alfa-")
        .append(1_000_000_000L + number)
        .append(',')
        .append(kind)
        .append(",4917")
        .append(10_000_000 + random.nextInt(20_000))
        .append(",4917")
        .append(10_000_000 + random.nextInt(20_000))
        .append(",262-01-")
        .append(1_000 + random.nextInt(300))
        .append(',')
        .append(COUNTRIES[random.nextInt(COUNTRIES.length)])
        .append(',')
        .append(STATUS[random.nextInt(STATUS.length)])
        .append(',')
        .append(kind.equals("call") ? random.nextInt(600) : 0)
        .append(',')
        .append(kind.equals("data") ? random.nextInt(4_000_000) : 0)
        .append(',')
        .append(START.plusMillis(number * 1000 / ROWS_PER_SECOND))
        .toString();
  }

  /** The next rows as Millrace's records have them. */
  List<byte[]> json(int rows) {
    String[] names = HEADER.split(",");
    List<byte[]> all = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      String[] fields = line().split(",");
      StringBuilder text = new StringBuilder(256);
      for (int k = 0; k < names.length; k++) {
        text.append(k == 0 ? "{\"" : ",\"").append(names[k]).append("\":\"").append(fields[k]);
        text.append('"');
      }
      all.add(text.append('}').toString().getBytes(StandardCharsets.UTF_8));
    }
    return all;
  }
}
