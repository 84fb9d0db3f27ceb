package dev.millrace.lake;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
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
 * Small files of a partition become larger ones: as soon as there are many of them, or they fill a
 * file; and what is left of a partition that rests, such as yesterday's. Only files of about the
 * same size go together, so that a row is written anew a few times until its file is large, and not
 * at every commit.
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
    for (List<String> group : groups(files, base.sequenceNumber())) {
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
  private List<List<String>> groups(FileList files, long newest) {
    Map<String, List<DataFile>> partitions = new LinkedHashMap<>();
    for (DataFile file : files.byPath().values()) {
      partitions
          .computeIfAbsent(file.specId() + "/" + file.partition(), k -> new ArrayList<>())
          .add(file);
    }
    Map<DataFile, String> paths = new IdentityHashMap<>();
    files.byPath().forEach((path, file) -> paths.put(file, path));
    List<List<String>> groups = new ArrayList<>();
    for (List<DataFile> partition : partitions.values()) {
      List<DataFile> small =
          partition.stream()
              .filter(file -> file.fileSizeInBytes() * 2 <= targetBytes)
              .sorted(Comparator.comparingLong(DataFile::fileSizeInBytes))
              .toList();
      boolean rests = rests(partition, newest);
      for (List<DataFile> alike : rests ? neighbours(small) : steps(small)) {
        for (List<DataFile> group : pack(alike, rests ? 2 : atLeast)) {
          groups.add(group.stream().map(file -> Objects.requireNonNull(paths.get(file))).toList());
        }
      }
    }
    return groups;
  }

  /** True if it has got nothing for a while: it does not get as many files as one waits for. */
  private boolean rests(List<DataFile> partition, long newest) {
    // Tables of Iceberg's first format do not number their versions.
    return partition.stream()
        .map(DataFile::dataSequenceNumber)
        .allMatch(number -> number != null && number > 0 && newest - number >= atLeast);
  }

  /** Files by size, in steps that do not depend on what else is there. */
  private static Collection<List<DataFile>> steps(List<DataFile> small) {
    Map<Integer, List<DataFile>> steps = new LinkedHashMap<>();
    for (DataFile file : small) {
      int step = (63 - Long.numberOfLeadingZeros(file.fileSizeInBytes())) / STEP_BITS;
      steps.computeIfAbsent(step, k -> new ArrayList<>()).add(file);
    }
    return steps.values();
  }

  /** Files, each of which is not larger than all before it by more than a step. */
  private static Collection<List<DataFile>> neighbours(List<DataFile> small) {
    List<List<DataFile>> all = new ArrayList<>();
    List<DataFile> alike = new ArrayList<>();
    long bytes = 0;
    for (DataFile file : small) {
      if (!alike.isEmpty() && file.fileSizeInBytes() >> STEP_BITS > bytes) {
        all.add(alike);
        alike = new ArrayList<>();
        bytes = 0;
      }
      alike.add(file);
      bytes += file.fileSizeInBytes();
    }
    all.add(alike);
    return all;
  }

  /** Files that fill a new one, and the rest if there are many of them. */
  private List<List<DataFile>> pack(List<DataFile> alike, int many) {
    List<List<DataFile>> groups = new ArrayList<>();
    List<DataFile> group = new ArrayList<>();
    long bytes = 0;
    for (DataFile file : alike) {
      if (bytes + file.fileSizeInBytes() > targetBytes) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      group.add(file);
      bytes += file.fileSizeInBytes();
    }
    if (group.size() >= many) {
      groups.add(group);
    }
    return groups;
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
