package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.snappy.FramedSnappyCompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files packed in every way, whole and broken. */
class PackedFilesTest {
  private static final int ROWS = 5_000;

  @TempDir Path folder;

  /** Wraps a stream into one that packs. */
  private interface Packer {
    OutputStream open(OutputStream out) throws IOException;
  }

  private static final Map<String, Packer> PACKERS =
      Map.of(
          "gz", GZIPOutputStream::new,
          "bz2", BZip2CompressorOutputStream::new,
          "xz", XZCompressorOutputStream::new,
          "zst", ZstdOutputStream::new,
          "lz4", FramedLZ4CompressorOutputStream::new,
          "sz", out -> new FramedSnappyCompressorOutputStream(out));

  private static byte[] packed(Packer packer, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packing = packer.open(out)) {
      packing.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] csv(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> i + ",name " + i * 31 % 1009)
        .collect(Collectors.joining("\n", "id,name\n", "\n"))
        .getBytes(UTF_8);
  }

  private static byte[] tar(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (var entry : entries.entrySet()) {
        TarArchiveEntry header = new TarArchiveEntry(entry.getKey(), true);
        header.setSize(entry.getValue().length);
        tar.putArchiveEntry(header);
        tar.write(entry.getValue());
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
      for (var entry : entries.entrySet()) {
        zip.putArchiveEntry(new ZipArchiveEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private static Map<String, byte[]> two() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("day/a.csv", csv(0, ROWS / 2));
    entries.put("day/b.csv", csv(ROWS / 2, ROWS));
    return entries;
  }

  private FilesRun run(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
    return new FilesRun(folder).stream("files", name).run();
  }

  @Test
  void readsEveryCompressionByContent() throws Exception {
    for (var packer : PACKERS.entrySet()) {
      // Without the ending that would tell.
      FilesRun run = run("a-" + packer.getKey(), packed(packer.getValue(), csv(0, ROWS)));
      assertThat(run.rows()).as(packer.getKey()).hasSize(ROWS).doesNotHaveDuplicates();
      assertThat(run.rejected()).isEmpty();
    }
  }

  @Test
  void truncatedCompressionsFail() throws Exception {
    for (var packer : PACKERS.entrySet()) {
      byte[] whole = packed(packer.getValue(), csv(0, 40_000));
      // Snappy's frames have no end by which one could tell.
      int cut = packer.getKey().equals("sz") ? 10 : 5;
      FilesRun run = run("b-" + packer.getKey(), Arrays.copyOf(whole, whole.length - cut));
      assertThat(run.states()).as(packer.getKey()).hasSize(1);
      assertThat(run.states().get(0)).contains(" failed: it is ");
      assertThat(run.rows()).as(packer.getKey()).hasSizeLessThan(40_000).doesNotHaveDuplicates();
    }
  }

  @Test
  void damagedBytesFail() throws Exception {
    for (var packer : PACKERS.entrySet()) {
      byte[] damaged = packed(packer.getValue(), csv(0, ROWS));
      for (int i = damaged.length / 2; i < damaged.length / 2 + 20; i++) {
        damaged[i] ^= 0x5a;
      }
      FilesRun run = run("c-" + packer.getKey(), damaged);
      if (!packer.getKey().equals("lz4") && !packer.getKey().equals("zst")) {
        // Frames of these two carry no checksum here.
        assertThat(run.states().get(0)).as(packer.getKey()).contains(" failed: ");
      }
    }
  }

  @Test
  void whatHoldsNothingIsDone() throws Exception {
    for (var packer : PACKERS.entrySet()) {
      FilesRun run = run("n-" + packer.getKey(), packed(packer.getValue(), new byte[0]));
      assertThat(run.states()).containsExactly("n-" + packer.getKey() + " done");
    }
  }

  @Test
  void joinedGzipsAreOne() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(packed(GZIPOutputStream::new, csv(0, 10)));
    out.write(packed(GZIPOutputStream::new, "10,ten\n".getBytes(UTF_8)));
    assertThat(run("a.csv.gz", out.toByteArray()).rows()).hasSize(11);
  }

  @Test
  void readsArchivesAndCombinations() throws Exception {
    Map<String, byte[]> nested = new LinkedHashMap<>();
    nested.put("inner.zip", zip(two()));
    nested.put("c.csv.bz2", packed(BZip2CompressorOutputStream::new, csv(ROWS, ROWS + 10)));
    FilesRun run = run("a.tgz", packed(GZIPOutputStream::new, tar(nested)));
    assertThat(run.states()).containsExactly("a.tgz done");
    assertThat(run.rows()).hasSize(ROWS + 10).doesNotHaveDuplicates();
    assertThat(run.records().stream().map(r -> FilesRun.header(r, "file")).distinct())
        .containsExactly(
            "a.tgz!inner.zip!day/a.csv", "a.tgz!inner.zip!day/b.csv", "a.tgz!c.csv.bz2");
    assertThat(run("b.zip", zip(two())).rows()).hasSize(ROWS);
    assertThat(run("c.tar", tar(two())).rows()).hasSize(ROWS);
  }

  @Test
  void readsOnlyTheEntriesThatAreAskedFor() throws Exception {
    Files.write(folder.resolve("a.zip"), zip(two()));
    FilesRun run = new FilesRun(folder).stream("entries", "**/b.*").run();
    assertThat(run.rows()).hasSize(ROWS / 2);
  }

  @Test
  void archivesThatAreCutOffFail() throws Exception {
    byte[] tar = tar(two());
    int second = 512 + (csv(0, ROWS / 2).length + 511) / 512 * 512;
    for (int length : List.of(100_000, 30_000, second)) {
      if (length < tar.length) {
        FilesRun run = run("t" + length + ".tar", Arrays.copyOf(tar, length));
        assertThat(run.states().get(0)).as("tar of " + length).contains(" failed: ");
      }
    }
    byte[] zip = zip(two());
    int directory = zip.length - 150;
    for (int length : List.of(zip.length / 2, directory, zip.length - 10)) {
      FilesRun run = run("z" + length + ".zip", Arrays.copyOf(zip, length));
      assertThat(run.states().get(0)).as("zip of " + length).contains(" failed: ");
    }
  }

  @Test
  void bombsFailByRatioAndBySize() throws Exception {
    byte[] zeros = new byte[64 << 20];
    Arrays.fill(zeros, (byte) '\n');
    FilesRun ratio = run("bomb.gz", packed(GZIPOutputStream::new, zeros));
    assertThat(ratio.states().get(0)).contains("failed").contains("`max_ratio`");
    byte[] twice = packed(GZIPOutputStream::new, packed(GZIPOutputStream::new, zeros));
    assertThat(run("bomb.gz.gz", twice).states().get(0)).contains("`max_ratio`");

    Files.write(folder.resolve("large.gz"), packed(GZIPOutputStream::new, csv(0, 100_000)));
    FilesRun size =
        new FilesRun(folder).stream("files", "large.gz").source("max_unpacked", "100KB").run();
    assertThat(size.states().get(0)).contains("failed").contains("`max_unpacked`");

    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i < 50; i++) {
      many.put(i + ".csv", csv(i, i + 1));
    }
    Files.write(folder.resolve("many.zip"), zip(many));
    FilesRun entries =
        new FilesRun(folder).stream("files", "many.zip").source("max_entries", "49").run();
    assertThat(entries.states().get(0)).contains("failed").contains("`max_entries`");
  }

  @Test
  void pathsThatLeadOutOfTheArchiveFail() throws Exception {
    for (String path : List.of("../../etc/cron.d/x.csv", "/etc/passwd.csv", "a\\..\\b.csv")) {
      assertThat(run("evil.tar", tar(Map.of(path, csv(0, 2)))).states().get(0))
          .as(path)
          .contains("failed")
          .contains("leads out of it");
    }
  }

  @Test
  void otherArchivesAreNamed() throws Exception {
    byte[] sevenZip = new byte[40];
    System.arraycopy(
        new byte[] {'7', 'z', (byte) 0xbc, (byte) 0xaf, 0x27, 0x1c}, 0, sevenZip, 0, 6);
    assertThat(run("a.7z", sevenZip).states().get(0)).contains("7z archive cannot be read");
  }
}
