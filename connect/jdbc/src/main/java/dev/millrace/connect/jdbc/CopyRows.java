package dev.millrace.connect.jdbc;

import dev.millrace.api.type.Batch;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Sends the rows of a batch by {@code COPY ... FROM STDIN} in its text format. Keeps its buffer
 * from batch to batch. Not safe for use by several threads.
 */
final class CopyRows {
  private static final int FLUSH_BYTES = 64 * 1024;

  private final List<PostgresText> columns;
  private byte[] buffer = new byte[2 * FLUSH_BYTES];
  private int length;

  CopyRows(List<PostgresText> columns) {
    this.columns = columns;
  }

  /**
   * Sends every row.
   *
   * @param sql the COPY statement, whose columns are those of the batch, and the weight after them
   *     if {@code withWeight}
   */
  void send(Connection connection, String sql, Batch batch, boolean withWeight)
      throws SQLException {
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    boolean complete = false;
    try {
      length = 0;
      for (int row = 0; row < batch.size(); row++) {
        appendRow(batch, row, withWeight);
        if (length >= FLUSH_BYTES) {
          copy.writeToCopy(buffer, 0, length);
          length = 0;
        }
      }
      if (length > 0) {
        copy.writeToCopy(buffer, 0, length);
      }
      copy.endCopy();
      complete = true;
    } finally {
      if (!complete) {
        cancel(copy);
      }
    }
  }

  private static void cancel(CopyIn copy) {
    try {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    } catch (SQLException e) {
      // The exception on its way says what is wrong; the transaction is given up with it.
    }
  }

  private void appendRow(Batch batch, int row, boolean withWeight) {
    for (int column = 0; column < columns.size(); column++) {
      if (column > 0) {
        append('\t');
      }
      Object value = batch.value(row, column);
      if (value == null) {
        append('\\');
        append('N');
      } else {
        appendEscaped(columns.get(column).of(value));
      }
    }
    if (withWeight) {
      append('\t');
      appendEscaped(Byte.toString(batch.weights()[row]));
    }
    append('\n');
  }

  private void appendEscaped(String text) {
    // Two bytes for an escaped character, at most three for any other UTF-16 unit.
    reserve(text.length() * 3);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        i = appendRun(text, i);
      } else {
        switch (c) {
          case '\\' -> appendPair('\\');
          case '\n' -> appendPair('n');
          case '\r' -> appendPair('r');
          case '\t' -> appendPair('t');
          default -> buffer[length++] = (byte) c;
        }
      }
    }
  }

  /** Appends the characters beyond ASCII that begin at {@code start}; returns where they end. */
  private int appendRun(String text, int start) {
    int end = start;
    while (end < text.length() && text.charAt(end) >= 0x80) {
      end++;
    }
    byte[] bytes = text.substring(start, end).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
    return end - 1;
  }

  private void appendPair(char escaped) {
    buffer[length++] = '\\';
    buffer[length++] = (byte) escaped;
  }

  private void append(char c) {
    reserve(1);
    buffer[length++] = (byte) c;
  }

  private void reserve(int bytes) {
    if (buffer.length - length < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + bytes));
    }
  }
}
