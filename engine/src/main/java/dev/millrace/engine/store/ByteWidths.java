package dev.millrace.engine.store;

import dev.millrace.api.type.DataType;

/** How many bytes values take, roughly. */
public final class ByteWidths {
  private ByteWidths() {}

  /** Bytes of a value; 0 where values differ. */
  public static long of(DataType type) {
    if (type instanceof DataType.Decimal decimal) {
      return decimal.precision() <= 18 ? 8 : 16;
    }
    if (type instanceof DataType.Enumeration) {
      return 4;
    }
    if (type instanceof DataType.Scalar scalar) {
      return switch (scalar.kind()) {
        case BOOLEAN, TINYINT, UTINYINT -> 1;
        case SMALLINT, USMALLINT -> 2;
        case INTEGER, UINTEGER, FLOAT, DATE -> 4;
        case BIGINT, UBIGINT, DOUBLE, TIME, TIMESTAMP, TIMESTAMPTZ -> 8;
        case HUGEINT, UHUGEINT, UUID, INTERVAL -> 16;
        case VARCHAR, BLOB, JSON -> 0;
      };
    }
    return 0;
  }

  /** The same without looking at values: a guess where they differ. */
  public static long guess(DataType type) {
    long width = of(type);
    return width > 0 ? width : type instanceof DataType.Scalar ? 32 : 64;
  }
}
