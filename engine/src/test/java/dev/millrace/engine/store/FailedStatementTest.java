package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A statement that is planned once and fails is told in DuckDB's words each time that it runs. */
class FailedStatementTest {
  private static final String SELECT = "SELECT CAST($1 AS VARCHAR)::INTEGER::BIGINT";
  private static final String CAUSE = "Could not convert string 'x'";

  @TempDir Path folder;

  @Test
  void aReaderTellsTheCauseAgain() throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1));
        StoreReader reader = store.reader()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> read(reader, "x"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining(CAUSE);
      }
      assertThat(read(reader, "7")).containsExactly(7L);
    }
  }

  @Test
  void aTransactionTellsTheCauseAgain() throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1));
        Writer writer = store.writer()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> run(writer, "x")).hasMessageContaining(CAUSE);
      }
      run(writer, "7");
    }
  }

  private static List<Long> read(StoreReader reader, String text) throws SQLException {
    List<Long> values = new ArrayList<>();
    reader.queryPrepared(
        SELECT,
        List.of(Optional.of(text)),
        List.of(Wire.Kind.LONG),
        (rows, i) -> values.add(rows.number(0, i)));
    return values;
  }

  private static void run(Writer writer, String text) throws SQLException {
    writer.transact(
        transaction -> {
          transaction.executePrepared(SELECT, List.of(Optional.of(text)));
          return true;
        });
  }
}
