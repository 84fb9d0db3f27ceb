package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which types of a table hold which of a stream. */
class ClickHouseTypesTest {
  private static DataType type(String text) {
    return DataTypeParser.parse(text).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BIGINT | Nullable(Int64)",
        "UHUGEINT | Nullable(UInt128)",
        "DECIMAL(18,3) | Nullable(Decimal(18, 3))",
        "TIMESTAMPTZ | Nullable(DateTime64(6, 'UTC'))",
        "ENUM('a', 'b') | LowCardinality(Nullable(String))",
        "INTEGER[][] | Array(Array(Nullable(Int32)))",
        "MAP(VARCHAR, DATE) | Map(String, Nullable(Date32))",
        "STRUCT(\"a b\" UUID, l VARCHAR[]) | Tuple(`a b` Nullable(UUID), `l` Array(Nullable(String)))",
      })
  void columnsThatAreCreated(String type, String expected) {
    assertThat(ClickHouseTypes.sql(type(type))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INTEGER | Int32 | true",
        "INTEGER | Nullable(Int64) | true",
        "INTEGER | Int16 | false",
        "INTEGER | UInt64 | false",
        "UINTEGER | Int64 | true",
        "UINTEGER | Int32 | false",
        "BIGINT | Decimal(19, 0) | true",
        "BIGINT | Decimal(18, 0) | false",
        "DECIMAL(10,2) | Decimal(12, 4) | true",
        "DECIMAL(10,2) | Decimal(10, 3) | false",
        "FLOAT | Float64 | true",
        "DOUBLE | Float32 | false",
        "VARCHAR | LowCardinality(Nullable(String)) | true",
        "VARCHAR | FixedString(3) | false",
        "ENUM('a') | Enum8('a' = 1) | true",
        "TIMESTAMPTZ | DateTime64(9, 'Asia/Tokyo') | true",
        "TIMESTAMP | DateTime64(9, 'Asia/Tokyo') | false",
        "TIMESTAMPTZ | DateTime64(3, 'UTC') | false",
        "TIMESTAMPTZ | DateTime | false",
        "VARCHAR[] | Array(String) | true",
        "STRUCT(a INTEGER) | Tuple(a Int32) | true",
        "STRUCT(a INTEGER) | Tuple(b Int32) | false",
      })
  void columnsThatAreThere(String type, String actual, boolean fits) {
    assertThat(ClickHouseTypes.fits(type(type), actual)).isEqualTo(fits);
  }

  @Test
  void namesAreQuoted() {
    assertThat(Sql.name("a`b\\")).isEqualTo("`a\\`b\\\\`");
    assertThat(Sql.literal("it's \\")).isEqualTo("'it\\'s \\\\'");
  }
}
