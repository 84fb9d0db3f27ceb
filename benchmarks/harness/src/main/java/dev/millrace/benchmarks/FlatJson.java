package dev.millrace.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;

/**
 * A trial: flat JSON objects decoded in Java, straight into DuckDB's typed vectors. Whatever is not
 * a plain flat object (escapes, nesting, another type) is left to DuckDB: its row carries the text
 * in the last column and nulls elsewhere.
 */
final class FlatJson {
  private static final byte[][] NAMES = {
    "impression_id".getBytes(java.nio.charset.StandardCharsets.UTF_8),
    "campaign_id".getBytes(java.nio.charset.StandardCharsets.UTF_8),
    "user_id".getBytes(java.nio.charset.StandardCharsets.UTF_8),
    "country".getBytes(java.nio.charset.StandardCharsets.UTF_8),
    "device".getBytes(java.nio.charset.StandardCharsets.UTF_8),
    "cost".getBytes(java.nio.charset.StandardCharsets.UTF_8),
    "shown_at".getBytes(java.nio.charset.StandardCharsets.UTF_8)
  };

  private FlatJson() {}

  static void register(Connection connection, TopicRecords records, String name)
      throws SQLException {
    DuckDBFunctions.tableFunction()
        .withName(name)
        .withFunction(new Scan(records))
        .register(connection);
  }

  private static final class Local {
    final byte[][][] texts = new byte[4][2048][];
    final byte[][] rest = new byte[2048][];
    final int[] starts = new int[7];
    final int[] ends = new int[7];

    boolean row(DuckDBDataChunkWriter writer, int i, byte[] b) {
      long campaign = number(b, starts[1], ends[1], 0);
      long cost = number(b, starts[5], ends[5], 6);
      long time = instant(b, starts[6], ends[6]);
      if (campaign < 0 || cost < 0 || time < 0) {
        return false;
      }
      writer.vector(1).setInt(i, (int) campaign);
      writer.vector(5).setLong(i, cost);
      writer.vector(6).setLong(i, time);
      texts[0][i] = Arrays.copyOfRange(b, starts[0], ends[0]);
      texts[1][i] = Arrays.copyOfRange(b, starts[2], ends[2]);
      texts[2][i] = Arrays.copyOfRange(b, starts[3], ends[3]);
      texts[3][i] = Arrays.copyOfRange(b, starts[4], ends[4]);
      return true;
    }
  }

  private static long number(byte[] b, int start, int end, int scale) {
    long value = 0;
    int fraction = -1;
    for (int i = start; i < end; i++) {
      if (b[i] == '.' && fraction < 0 && scale > 0) {
        fraction = 0;
      } else if (b[i] >= '0' && b[i] <= '9') {
        value = value * 10 + b[i] - '0';
        fraction += fraction >= 0 ? 1 : 0;
      } else {
        return -1;
      }
    }
    for (int i = Math.max(0, fraction); i < scale; i++) {
      value *= 10;
    }
    return fraction > scale || end == start ? -1 : value;
  }

  private static long instant(byte[] b, int s, int e) {
    if (e - s != 24 || b[s + 4] != '-' || b[s + 10] != 'T' || b[s + 19] != '.' || b[e - 1] != 'Z') {
      return -1;
    }
    long year = number(b, s, s + 4, 0);
    long month = number(b, s + 5, s + 7, 0);
    long day = number(b, s + 8, s + 10, 0);
    long y = month <= 2 ? year - 1 : year;
    long era = y / 400;
    long yoe = y - era * 400;
    long doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    long days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
    long seconds =
        days * 86400
            + number(b, s + 11, s + 13, 0) * 3600
            + number(b, s + 14, s + 16, 0) * 60
            + number(b, s + 17, s + 19, 0);
    return seconds * 1_000_000 + number(b, s + 20, s + 23, 0) * 1000;
  }

  private record Scan(TopicRecords records)
      implements DuckDBTableFunction<Object, AtomicInteger, Local> {
    @Override
    public Object bind(DuckDBTableFunctionBindInfo info) throws Exception {
      info.addResultColumn("impression_id", DuckDBColumnType.VARCHAR);
      info.addResultColumn("campaign_id", DuckDBColumnType.INTEGER);
      info.addResultColumn("user_id", DuckDBColumnType.VARCHAR);
      info.addResultColumn("country", DuckDBColumnType.VARCHAR);
      info.addResultColumn("device", DuckDBColumnType.VARCHAR);
      info.addResultColumn("cost", DuckDBColumnType.BIGINT);
      info.addResultColumn("shown_at", DuckDBColumnType.BIGINT);
      info.addResultColumn("rest", DuckDBColumnType.VARCHAR);
      info.addResultColumn("place", DuckDBColumnType.BIGINT);
      info.setCardinality(records.count(), true);
      return this;
    }

    @Override
    public AtomicInteger init(DuckDBTableFunctionInitInfo info) throws Exception {
      info.setMaxThreads(2);
      return new AtomicInteger();
    }

    @Override
    public Local localInit(DuckDBTableFunctionInitInfo info) {
      return new Local();
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter writer)
        throws Exception {
      AtomicInteger next = info.getInitData();
      int index = next.getAndIncrement();
      if (index >= records.chunks()) {
        return 0;
      }
      byte[][] values = records.values(index);
      Local local = info.getLocalInitData();
      int n = values.length;
      for (int i = 0; i < n; i++) {
        byte[] value = values[i];
        writer.vector(8).setLong(i, i);
        if (parse(value, local.starts, local.ends) && local.row(writer, i, value)) {
          local.rest[i] = null;
        } else {
          local.rest[i] = value;
          for (byte[][] column : local.texts) {
            column[i] = null;
          }
          writer.vector(1).setNull(i);
          writer.vector(5).setNull(i);
          writer.vector(6).setNull(i);
        }
      }
      writer.vector(0).setStringUtf8Batch(0, cut(local.texts[0], n));
      writer.vector(2).setStringUtf8Batch(0, cut(local.texts[1], n));
      writer.vector(3).setStringUtf8Batch(0, cut(local.texts[2], n));
      writer.vector(4).setStringUtf8Batch(0, cut(local.texts[3], n));
      writer.vector(7).setStringUtf8Batch(0, cut(local.rest, n));
      return n;
    }
  }

  private static byte[][] cut(byte[][] column, int n) {
    return n == column.length ? column : Arrays.copyOf(column, n);
  }

  private static boolean parse(byte[] b, int[] starts, int[] ends) {
    int p = 0;
    int n = b.length;
    if (n < 2 || b[p++] != '{') {
      return false;
    }
    int expected = 0;
    int found = 0;
    while (true) {
      if (p >= n || b[p++] != '"') {
        return false;
      }
      int nameStart = p;
      while (p < n && b[p] != '"') {
        if (b[p] == '\\') {
          return false;
        }
        p++;
      }
      int field = field(b, nameStart, p, expected);
      p++;
      if (field < 0 || p >= n || b[p++] != ':' || p >= n) {
        return false;
      }
      if (b[p] == '"') {
        int s = ++p;
        while (p < n && b[p] != '"') {
          if (b[p] == '\\' || b[p] < 0x20) {
            return false;
          }
          p++;
        }
        starts[field] = s;
        ends[field] = p++;
      } else {
        int s = p;
        while (p < n && (b[p] >= '0' && b[p] <= '9' || b[p] == '.' || b[p] == '-')) {
          p++;
        }
        if (p == s) {
          return false;
        }
        starts[field] = s;
        ends[field] = p;
      }
      found |= 1 << field;
      expected = field + 1;
      if (p >= n) {
        return false;
      }
      if (b[p] == ',') {
        p++;
      } else {
        return b[p] == '}' && p == n - 1 && found == 0x7f;
      }
    }
  }

  private static int field(byte[] b, int start, int end, int expected) {
    if (expected < 7 && Arrays.equals(b, start, end, NAMES[expected], 0, NAMES[expected].length)) {
      return expected;
    }
    for (int i = 0; i < 7; i++) {
      if (Arrays.equals(b, start, end, NAMES[i], 0, NAMES[i].length)) {
        return i;
      }
    }
    return -1;
  }
}
