package dev.millrace.sql;

import dev.millrace.api.function.ScalarFunction;
import dev.millrace.api.type.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBLogicalType;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Makes functions of users known to DuckDB: to the instance that checks queries and to the store's,
 * so that they are typed and run alike. Their names are known to the gate of queries from then on.
 */
public final class JavaFunctions {
  private static final Set<String> NAMES = ConcurrentHashMap.newKeySet();

  /** DuckDB's message has the stack trace of what a function has thrown. */
  private static final Pattern THROWN =
      Pattern.compile("(function `[a-z0-9_]+`.*?)\\R\\s+at .*", Pattern.DOTALL);

  private JavaFunctions() {}

  /** DuckDB's message, or what a function has thrown if that is what it tells of. */
  public static String failure(String message) {
    Matcher thrown = THROWN.matcher(message);
    return thrown.find() ? thrown.group(1) : message;
  }

  /** True if a function of this name was registered in this process. */
  public static boolean isKnown(String name) {
    return NAMES.contains(name.toLowerCase(Locale.ROOT));
  }

  /** True if values of the type can be given to a function, and come from one. */
  public static boolean supports(DataType type) {
    if (type instanceof DataType.Decimal) {
      return true;
    }
    if (type instanceof DataType.Scalar scalar) {
      return switch (scalar.kind()) {
        case BLOB, TIME, INTERVAL, UUID, JSON -> false;
        default -> true;
      };
    }
    return false;
  }

  /** Registers functions in the instance of a connection. Their types are supported. */
  public static void register(Connection connection, Collection<ScalarFunction> functions)
      throws SQLException {
    for (ScalarFunction function : functions) {
      List<DuckDBLogicalType> types = new ArrayList<>();
      try (DuckDBScalarFunctionBuilder builder = DuckDBFunctions.scalarFunction()) {
        for (DataType parameter : function.parameters()) {
          types.add(logical(parameter));
        }
        types.add(logical(function.result()));
        builder.withName(function.name());
        builder.withParameters(
            types.subList(0, types.size() - 1).toArray(DuckDBLogicalType[]::new));
        builder.withReturnType(types.get(types.size() - 1));
        builder.withVectorizedFunction((in, out) -> run(function, in, out));
        builder.register(connection);
      } finally {
        types.forEach(DuckDBLogicalType::close);
      }
      NAMES.add(function.name());
    }
  }

  private static DuckDBLogicalType logical(DataType type) throws SQLException {
    if (type instanceof DataType.Decimal decimal) {
      return DuckDBLogicalType.decimal(decimal.precision(), decimal.scale());
    }
    return DuckDBLogicalType.of(columnType(((DataType.Scalar) type).kind()));
  }

  private static DuckDBColumnType columnType(DataType.Kind kind) {
    return kind == DataType.Kind.TIMESTAMPTZ
        ? DuckDBColumnType.TIMESTAMP_WITH_TIME_ZONE
        : DuckDBColumnType.valueOf(kind.name());
  }

  private static void run(
      ScalarFunction function, DuckDBDataChunkReader in, DuckDBWritableVector out) {
    int count = (int) in.rowCount();
    int width = function.parameters().size();
    for (int row = 0; row < count; row++) {
      @Nullable Object[] arguments = new @Nullable Object[width];
      boolean hasNull = false;
      for (int i = 0; i < width; i++) {
        arguments[i] = read(in.vector(i), row, function.parameters().get(i));
        hasNull |= arguments[i] == null;
      }
      if (hasNull && !function.calledOnNull()) {
        out.setNull(row);
      } else {
        write(function, out, row, call(function, arguments));
      }
    }
  }

  private static @Nullable Object call(ScalarFunction function, @Nullable Object[] arguments) {
    try {
      return function.body().apply(arguments);
    } catch (Exception e) {
      String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new IllegalArgumentException("function `" + function.name() + "`: " + message, e);
    }
  }

  private static @Nullable Object read(DuckDBReadableVector vector, int row, DataType type) {
    if (vector.isNull(row)) {
      return null;
    }
    if (type instanceof DataType.Decimal) {
      return vector.getBigDecimal(row);
    }
    return switch (((DataType.Scalar) type).kind()) {
      case BOOLEAN -> vector.getBoolean(row);
      case TINYINT -> vector.getByte(row);
      case SMALLINT -> vector.getShort(row);
      case INTEGER -> vector.getInt(row);
      case BIGINT -> vector.getLong(row);
      case UTINYINT -> vector.getUint8(row);
      case USMALLINT -> vector.getUint16(row);
      case UINTEGER -> vector.getUint32(row);
      case UBIGINT -> vector.getUint64(row);
      case HUGEINT -> vector.getHugeInt(row);
      case UHUGEINT -> vector.getUHugeInt(row);
      case FLOAT -> vector.getFloat(row);
      case DOUBLE -> vector.getDouble(row);
      case VARCHAR -> vector.getString(row);
      case DATE -> vector.getLocalDate(row);
      case TIMESTAMP -> vector.getLocalDateTime(row);
      case TIMESTAMPTZ -> vector.getOffsetDateTime(row).toInstant();
      case BLOB, TIME, INTERVAL, UUID, JSON -> throw new IllegalStateException("not supported");
    };
  }

  private static void write(
      ScalarFunction function, DuckDBWritableVector out, int row, @Nullable Object value) {
    if (value == null) {
      out.setNull(row);
      return;
    }
    try {
      if (function.result() instanceof DataType.Decimal decimal) {
        out.setBigDecimal(row, rounded(function, (BigDecimal) value, decimal));
      } else {
        write(((DataType.Scalar) function.result()).kind(), out, row, value);
      }
    } catch (ClassCastException e) {
      throw new IllegalStateException(
          "function `%s` returned a %s for its result of type %s"
              .formatted(function.name(), value.getClass().getName(), function.result()),
          e);
    }
  }

  /** The value with the digits of its type, rounded as DuckDB's casts do. */
  private static BigDecimal rounded(
      ScalarFunction function, BigDecimal value, DataType.Decimal type) {
    BigDecimal rounded = value.setScale(type.scale(), RoundingMode.HALF_UP);
    if (rounded.precision() > type.precision()) {
      throw new IllegalArgumentException(
          "function `%s` returned %s, which does not fit into its result of type %s"
              .formatted(function.name(), value, type));
    }
    return rounded;
  }

  private static void write(DataType.Kind kind, DuckDBWritableVector out, int row, Object value) {
    switch (kind) {
      case BOOLEAN -> out.setBoolean(row, (Boolean) value);
      case TINYINT -> out.setByte(row, (Byte) value);
      case SMALLINT -> out.setShort(row, (Short) value);
      case INTEGER -> out.setInt(row, (Integer) value);
      case BIGINT -> out.setLong(row, (Long) value);
      case UTINYINT -> out.setUint8(row, (Short) value);
      case USMALLINT -> out.setUint16(row, (Integer) value);
      case UINTEGER -> out.setUint32(row, (Long) value);
      case UBIGINT -> out.setUint64(row, (BigInteger) value);
      case HUGEINT -> out.setHugeInt(row, (BigInteger) value);
      case UHUGEINT -> out.setUHugeInt(row, (BigInteger) value);
      case FLOAT -> out.setFloat(row, (Float) value);
      case DOUBLE -> out.setDouble(row, (Double) value);
      case VARCHAR -> out.setString(row, (String) value);
      case DATE -> out.setDate(row, (LocalDate) value);
      case TIMESTAMP -> out.setTimestamp(row, (LocalDateTime) value);
      case TIMESTAMPTZ -> out.setOffsetDateTime(row, ((Instant) value).atOffset(ZoneOffset.UTC));
      case BLOB, TIME, INTERVAL, UUID, JSON -> throw new IllegalStateException("not supported");
    }
  }
}
