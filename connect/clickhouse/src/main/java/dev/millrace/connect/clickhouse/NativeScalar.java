package dev.millrace.connect.clickhouse;

import dev.millrace.api.type.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes values that are no list, map or struct; a null as the type's zero. */
final class NativeScalar implements NativeColumn {
  private static final int HUGE_BYTES = 16;
  private static final long MICROS = 1_000_000;

  private final DataType type;
  private final Adaptation adaptation;

  NativeScalar(DataType type, Adaptation adaptation) {
    this.type = type;
    this.adaptation = adaptation;
  }

  @Override
  public String type() {
    return ClickHouseTypes.plain(type);
  }

  @Override
  public void write(@Nullable Object[] values, NativeBuffer out) {
    if (type instanceof DataType.Decimal decimal) {
      for (Object value : values) {
        writeDecimal(decimal, (BigDecimal) value, out);
      }
      return;
    }
    DataType.Kind kind =
        type instanceof DataType.Scalar scalar ? scalar.kind() : DataType.Kind.VARCHAR;
    for (Object value : values) {
      if (value == null) {
        writeZero(kind, out);
      } else {
        write(kind, value, out);
      }
    }
  }

  private static int width(DataType.Kind kind) {
    return switch (kind) {
      case BOOLEAN, TINYINT, UTINYINT -> 1;
      case SMALLINT, USMALLINT -> 2;
      case INTEGER, UINTEGER, FLOAT, DATE -> 4;
      case BIGINT, UBIGINT, DOUBLE, TIMESTAMP, TIMESTAMPTZ -> 8;
      case HUGEINT, UHUGEINT, UUID -> HUGE_BYTES;
      case VARCHAR, BLOB, JSON, INTERVAL, TIME -> 1;
    };
  }

  private static void writeZero(DataType.Kind kind, NativeBuffer out) {
    int width = width(kind);
    for (int i = 0; i < width; i++) {
      out.number(0, 1);
    }
  }

  private void write(DataType.Kind kind, Object value, NativeBuffer out) {
    switch (kind) {
      case BOOLEAN -> out.number(((Boolean) value) ? 1 : 0, 1);
      case FLOAT -> out.number(Float.floatToIntBits((Float) value), Float.BYTES);
      case DOUBLE -> out.number(Double.doubleToLongBits((Double) value), Double.BYTES);
      case HUGEINT, UHUGEINT, UBIGINT -> out.number((BigInteger) value, width(kind));
      case BLOB -> out.blob((byte[]) value);
      case TIME -> out.text(time((LocalTime) value));
      case DATE -> out.number(adaptation.date((LocalDate) value).toEpochDay(), Integer.BYTES);
      case TIMESTAMP ->
          out.number(micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC)), Long.BYTES);
      case TIMESTAMPTZ -> out.number(micros((Instant) value), Long.BYTES);
      case UUID -> {
        out.number(((UUID) value).getMostSignificantBits(), Long.BYTES);
        out.number(((UUID) value).getLeastSignificantBits(), Long.BYTES);
      }
      case VARCHAR, JSON, INTERVAL -> out.text((String) value);
      default -> out.number(((Number) value).longValue(), width(kind));
    }
  }

  private long micros(Instant instant) {
    Instant held = adaptation.instant(instant);
    return held.getEpochSecond() * MICROS + held.getNano() / 1000;
  }

  /** With microseconds always, so that texts are in the order of times. */
  private static String time(LocalTime time) {
    return "%02d:%02d:%02d.%06d"
        .formatted(time.getHour(), time.getMinute(), time.getSecond(), time.getNano() / 1000);
  }

  private static void writeDecimal(
      DataType.Decimal decimal, @Nullable BigDecimal value, NativeBuffer out) {
    int width = decimal.precision() <= 9 ? 4 : decimal.precision() <= 18 ? 8 : HUGE_BYTES;
    BigInteger digits =
        value == null
            ? BigInteger.ZERO
            : value.setScale(decimal.scale(), RoundingMode.UNNECESSARY).unscaledValue();
    out.number(digits, width);
  }
}
