package dev.millrace.lake;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ReachableFileUtil;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Files in a table's folder that belong to no version of it. */
final class Orphans {
  private final BaseTable table;

  Orphans(BaseTable table) {
    this.table = table;
  }

  /** Returns how many were deleted. */
  int remove(Duration olderThan) {
    SupportsPrefixOperations io = (SupportsPrefixOperations) table.io();
    long before = System.currentTimeMillis() - olderThan.toMillis();
    // Listed before versions are looked at: what is committed in between is not taken for an
    // orphan.
    List<FileInfo> old = new ArrayList<>();
    for (FileInfo file : io.listPrefix(table.location())) {
      if (file.createdAtMillis() <= before) {
        old.add(file);
      }
    }
    table.refresh();
    Set<String> used = used();
    int removed = 0;
    for (FileInfo file : old) {
      if (!used.contains(LakeFiles.normal(file.location()))) {
        io.deleteFile(file.location());
        removed++;
      }
    }
    return removed;
  }

  private Set<String> used() {
    Set<String> used = new HashSet<>();
    ReachableFileUtil.metadataFileLocations(table, false)
        .forEach(f -> used.add(LakeFiles.normal(f)));
    ReachableFileUtil.statisticsFilesLocations(table).forEach(f -> used.add(LakeFiles.normal(f)));
    Set<String> read = new HashSet<>();
    for (Snapshot snapshot : table.snapshots()) {
      if (snapshot.manifestListLocation() != null) {
        used.add(LakeFiles.normal(snapshot.manifestListLocation()));
      }
      for (ManifestFile manifest : snapshot.allManifests(table.io())) {
        if (read.add(manifest.path())) {
          used.add(LakeFiles.normal(manifest.path()));
          addFiles(manifest, used);
        }
      }
    }
    return used;
  }

  private void addFiles(ManifestFile manifest, Set<String> used) {
    try (CloseableIterable<? extends ContentFile<?>> files =
        manifest.content() == ManifestContent.DATA
            ? ManifestFiles.read(manifest, table.io(), table.specs())
            : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
      for (ContentFile<?> file : files) {
        used.add(LakeFiles.normal(file.location()));
      }
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be read", manifest.path());
    }
  }
}
