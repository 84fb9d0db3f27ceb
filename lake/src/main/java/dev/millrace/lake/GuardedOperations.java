package dev.millrace.lake;

import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.PositionMove;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * A table's operations, whose commit is refused where the position of a writer is not what it was
 * thought to be. Iceberg takes a commit that lost a race to the newest version and tries it again,
 * so the position is looked at in the version that each try is based on: comparing and setting are
 * one step of the catalog.
 */
final class GuardedOperations implements TableOperations {
  private static final String PREFIX = "millrace.position.";

  private final TableOperations operations;
  private final @Nullable PositionMove move;

  GuardedOperations(TableOperations operations, @Nullable PositionMove move) {
    this.operations = operations;
    this.move = move;
  }

  /** The table property that keeps a writer's position. */
  static String property(String writer) {
    return PREFIX + writer;
  }

  /** The text of a position in its property. */
  static String text(SinkPosition position) {
    return position.sequence() + " " + position.epoch();
  }

  /** The position in a table's properties. */
  static Optional<SinkPosition> position(TableMetadata metadata, String writer) {
    String text = metadata.properties().get(property(writer));
    if (text == null) {
      return Optional.empty();
    }
    int space = text.indexOf(' ');
    return Optional.of(
        new SinkPosition(text.substring(space + 1), Long.parseLong(text.substring(0, space))));
  }

  @Override
  public void commit(TableMetadata base, TableMetadata metadata) {
    PositionMove step = move;
    if (step != null) {
      SinkPosition held = position(base, step.writer()).orElse(null);
      if (!Objects.equals(held, step.expected())) {
        throw new PositionMovedException(step, held);
      }
    }
    FaultPoint.pass("lake-before-commit");
    operations.commit(base, metadata);
    FaultPoint.pass("lake-after-commit");
  }

  /** The commit was not tried, so Iceberg may delete what it wrote for it. */
  static final class PositionMovedException extends RuntimeException implements CleanableFailure {
    private static final long serialVersionUID = 1L;

    private final transient PositionMove move;
    private final transient @Nullable SinkPosition held;

    PositionMovedException(PositionMove move, @Nullable SinkPosition held) {
      super("the position of " + move.writer() + " was moved");
      this.move = move;
      this.held = held;
    }

    RetryException toRetry() {
      return new RetryException(
          Problem.error(
              LakeError.SINK_POSITION_MOVED,
              null,
              "another process has delivered as `%s`: its position was %s and is %s"
                  .formatted(move.writer(), shown(move.expected()), shown(held)),
              "run the project once only"),
          this);
    }

    private static String shown(@Nullable SinkPosition position) {
      return position == null ? "none" : Long.toString(position.sequence());
    }
  }

  @Override
  public TableMetadata current() {
    return operations.current();
  }

  @Override
  public TableMetadata refresh() {
    return operations.refresh();
  }

  @Override
  public FileIO io() {
    return operations.io();
  }

  @Override
  public EncryptionManager encryption() {
    return operations.encryption();
  }

  @Override
  public String metadataFileLocation(String name) {
    return operations.metadataFileLocation(name);
  }

  @Override
  public LocationProvider locationProvider() {
    return operations.locationProvider();
  }

  @Override
  public TableOperations temp(TableMetadata uncommitted) {
    return operations.temp(uncommitted);
  }

  @Override
  public long newSnapshotId() {
    return operations.newSnapshotId();
  }

  @Override
  public boolean requireStrictCleanup() {
    return operations.requireStrictCleanup();
  }
}
