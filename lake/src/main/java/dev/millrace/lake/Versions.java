package dev.millrace.lake;

import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.PinnedFiles;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/** The versions of a table: reading them, and forgetting them. Iceberg's exceptions. */
final class Versions {
  private final IcebergTable target;
  private final BaseTable table;

  Versions(IcebergTable target) {
    this.target = target;
    this.table = target.table();
  }

  /** Those that can be read, oldest first. */
  List<TableVersion> all() {
    return snapshots().stream().map(Versions::version).toList();
  }

  private List<Snapshot> snapshots() {
    table.refresh();
    List<Snapshot> snapshots = new ArrayList<>();
    SnapshotUtil.currentAncestors(table).forEach(s -> snapshots.add(0, s));
    return snapshots;
  }

  private static TableVersion version(Snapshot snapshot) {
    return new TableVersion(
        snapshot.snapshotId(),
        snapshot.sequenceNumber(),
        Instant.ofEpochMilli(snapshot.timestampMillis()),
        String.valueOf(snapshot.operation()),
        total(snapshot, SnapshotSummary.TOTAL_RECORDS_PROP),
        total(snapshot, SnapshotSummary.TOTAL_DATA_FILES_PROP),
        total(snapshot, SnapshotSummary.TOTAL_FILE_SIZE_PROP));
  }

  private static @Nullable Long total(Snapshot snapshot, String property) {
    String text = snapshot.summary().get(property);
    return text == null ? null : Long.valueOf(text);
  }

  /** The files of a version, by its number or id. */
  TableFiles files(long version) {
    return files(snapshot(version));
  }

  /** The files of the version that was the newest then. */
  TableFiles files(Instant at) {
    return files(snapshot(at));
  }

  private TableFiles files(Snapshot snapshot) {
    return FileList.of(target, snapshot.snapshotId()).files();
  }

  private Snapshot snapshot(long version) {
    List<Snapshot> known = snapshots();
    Snapshot snapshot = last(known, s -> s.snapshotId() == version);
    if (snapshot == null && version > 0) {
      snapshot = last(known, s -> s.sequenceNumber() == version);
    }
    // A rollback by another engine leaves versions that the newest one does not descend from.
    if (snapshot == null && table.snapshot(version) != null) {
      snapshot = table.snapshot(version);
    }
    if (snapshot == null) {
      boolean expired = version > 0 && !known.isEmpty() && version < known.get(0).sequenceNumber();
      throw unknown("version " + version, known, expired);
    }
    return snapshot;
  }

  private Snapshot snapshot(Instant at) {
    List<Snapshot> known = snapshots();
    Snapshot snapshot = last(known, s -> !Instant.ofEpochMilli(s.timestampMillis()).isAfter(at));
    if (snapshot == null) {
      boolean expired = !known.isEmpty() && known.get(0).parentId() != null;
      throw unknown("version of " + at, known, expired);
    }
    return snapshot;
  }

  private static @Nullable Snapshot last(List<Snapshot> snapshots, Predicate<Snapshot> fits) {
    Snapshot found = null;
    for (Snapshot snapshot : snapshots) {
      found = fits.test(snapshot) ? snapshot : found;
    }
    return found;
  }

  private StopException unknown(String what, List<Snapshot> known, boolean expired) {
    if (known.isEmpty()) {
      return LakeFailure.stop(
          LakeError.LAKE_VERSION_UNKNOWN,
          "table `" + target.name() + "` has no " + what,
          "it has none yet");
    }
    TableVersion oldest = version(known.get(0));
    TableVersion newest = version(known.get(known.size() - 1));
    return LakeFailure.stop(
        LakeError.LAKE_VERSION_UNKNOWN,
        "table `%s` has no %s%s".formatted(target.name(), what, expired ? " any more" : ""),
        "%s; `keep_versions` says how long they stay, and `system.lake_versions` has them"
            .formatted(
                oldest.equals(newest)
                    ? "there is %s".formatted(told(oldest))
                    : "there are those from %s to %s".formatted(told(oldest), told(newest))));
  }

  private static String told(TableVersion version) {
    return "%d of %s"
        .formatted(version.number() > 0 ? version.number() : version.id(), version.at());
  }

  /** Files of a version, by its number or id, that {@link #expire} spares until they are closed. */
  PinnedFiles pin(long version) {
    return pin(() -> snapshot(version));
  }

  /** Files of the version that was the newest then, as {@link #pin(long)}. */
  PinnedFiles pin(Instant at) {
    return pin(() -> snapshot(at));
  }

  private PinnedFiles pin(Supplier<Snapshot> version) {
    Pins pins = Pins.of(table.location());
    Snapshot snapshot;
    // No version expires between the look at the list of versions and the pin.
    synchronized (pins) {
      snapshot = version.get();
      pins.add(snapshot.timestampMillis());
    }
    AtomicBoolean open = new AtomicBoolean(true);
    Runnable release =
        () -> {
          if (open.getAndSet(false)) {
            pins.remove(snapshot.timestampMillis());
          }
        };
    try {
      // Files that are elsewhere are fetched, which takes its time.
      TableFiles files = files(snapshot);
      return new PinnedFiles() {
        @Override
        public TableFiles files() {
          return files;
        }

        @Override
        public void close() {
          release.run();
        }
      };
    } catch (RuntimeException e) {
      release.run();
      throw e;
    }
  }

  /** See {@link IcebergTable#expire}; what is read stays, and so do all versions after it. */
  int expire(Instant before) {
    Pins pins = Pins.of(table.location());
    synchronized (pins) {
      table.refresh();
      Long then = SnapshotUtil.nullableSnapshotIdAsOfTime(table, before.toEpochMilli());
      Snapshot oldest = then == null ? null : table.snapshot(then);
      long until = oldest == null ? 0 : oldest.timestampMillis();
      OptionalLong read = pins.oldest();
      ExpireSnapshots expiry =
          table
              .expireSnapshots()
              .expireOlderThan(read.isPresent() ? Math.min(until, read.getAsLong()) : until)
              .retainLast(1)
              .deleteWith(this::delete);
      List<Snapshot> gone = List.copyOf(expiry.apply());
      expiry.commit();
      return gone.size();
    }
  }

  private void delete(String location) {
    FaultPoint.pass("lake-expiring");
    table.io().deleteFile(location);
  }
}
