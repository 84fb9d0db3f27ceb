package dev.millrace.lake;

import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.SinkContract;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The contract of every sink for a lake, wherever its files are. */
abstract class LakeContract extends SinkContract {
  /** The lake that sinks deliver to. */
  abstract LakeFolder lake();

  @Override
  protected SinkConnector connector() {
    return new LakeConnector();
  }

  @Override
  protected Map<String, String> system() {
    return lake().options();
  }

  @Override
  protected List<List<@Nullable Object>> read(String table, Schema schema) {
    return lake().rows(table);
  }

  // The driver gives times without a zone in the zone of this machine.
  @Override
  protected Object stored(DataType type, Object value) {
    return value instanceof LocalDateTime ? value : super.stored(type, value);
  }

  /** A decimal has at most 38 digits. */
  @Override
  protected boolean holds(DataType type, Object value) {
    return !(value instanceof BigInteger number) || number.abs().toString().length() <= 38;
  }
}
