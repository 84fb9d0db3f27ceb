package dev.millrace.lake;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.util.DataFileSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small files of a partition become larger ones. Only files of about the same size go together, so
 * that a row is written anew a few times until its file is large, and not at every commit.
 */
final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

  /** Files of one step are up to eight times as large as each other. */
  private static final int STEP_BITS = 3;

  /** So many files of the target size are written before they are committed. */
  private static final int LARGE_FILES = 16;

  private final IcebergTable target;
  private final Connection duckdb;
  private final long targetBytes;
  private final int atLeast;

  Compaction(IcebergTable target, Connection duckdb, long targetBytes, int atLeast) {
    this.target = target;
    this.duckdb = duckdb;
    this.targetBytes = targetBytes;
    this.atLeast = Math.max(2, atLeast);
  }

  /** Returns how many files were replaced. */
  int run() {
    Snapshot base = target.table().currentSnapshot();
    if (base == null) {
      return 0;
    }
    FileList files = FileList.of(target, base.snapshotId());
    int replaced = 0;
    List<List<String>> round = new ArrayList<>();
    long bytes = 0;
    for (List<String> group : groups(files)) {
      round.add(group);
      bytes += group.stream().mapToLong(p -> file(files, p).fileSizeInBytes()).sum();
      if (bytes >= LARGE_FILES * targetBytes) {
        replaced += rewrite(files, round);
        round.clear();
        bytes = 0;
      }
    }
    return replaced + (round.isEmpty() ? 0 : rewrite(files, round));
  }

  private static DataFile file(FileList files, String path) {
    return Objects.requireNonNull(files.byPath().get(path));
  }

  /** Files that become one file each. */
  private List<List<String>> groups(FileList files) {
    Map<String, List<String>> alike = new LinkedHashMap<>();
    files
        .byPath()
        .forEach(
            (path, file) -> {
              if (file.fileSizeInBytes() * 2 <= targetBytes) {
                int step = (63 - Long.numberOfLeadingZeros(file.fileSizeInBytes())) / STEP_BITS;
                alike
                    .computeIfAbsent(
                        file.specId() + "/" + file.partition() + "/" + step, k -> new ArrayList<>())
                    .add(path);
              }
            });
    List<List<String>> groups = new ArrayList<>();
    for (List<String> paths : alike.values()) {
      if (paths.size() >= atLeast) {
        paths.sort(Comparator.comparingLong(p -> file(files, p).fileSizeInBytes()));
        pack(files, paths, groups);
      }
    }
    return groups;
  }

  private void pack(FileList files, List<String> paths, List<List<String>> groups) {
    List<String> group = new ArrayList<>();
    long bytes = 0;
    for (String path : paths) {
      long size = file(files, path).fileSizeInBytes();
      if (bytes + size > targetBytes && group.size() > 1) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      group.add(path);
      bytes += size;
    }
    if (group.size() > 1) {
      groups.add(group);
    }
  }

  private int rewrite(FileList files, List<List<String>> groups) {
    DataFileSet old = DataFileSet.create();
    List<StagedFiles> staged = new ArrayList<>();
    try {
      for (List<String> group : groups) {
        group.forEach(path -> old.add(file(files, path)));
        // What is written may be larger than what it was made of; it stays one file.
        staged.add(
            target.stage(duckdb, "SELECT * FROM " + files.relation(group, null), 2 * targetBytes));
      }
      DataFileSet made = DataFileSet.create();
      staged.forEach(s -> made.addAll(s.place()));
      long version = Objects.requireNonNull(files.version());
      target.transact(
          null,
          change ->
              change.newRewrite().validateFromSnapshot(version).rewriteFiles(old, made).commit());
      return old.size();
    } catch (ValidationException e) {
      LOG.info("{} was changed while it was compacted: {}", target.name(), e.getMessage());
      staged.forEach(StagedFiles::refused);
      return 0;
    } finally {
      staged.forEach(StagedFiles::close);
    }
  }
}
