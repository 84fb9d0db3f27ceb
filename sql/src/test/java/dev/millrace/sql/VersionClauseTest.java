package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionClauseTest {
  /** To DuckDB a comment ends at a carriage return, too: what stands behind it is read. */
  @Test
  void aCommentEndsWithItsLine() {
    for (String end : new String[] {"\n", "\r", "\r\n"}) {
      String sql = "SELECT 1 -- one" + end + "FROM t AT (VERSION => 3)";
      assertThat(VersionClause.find(sql))
          .extracting(c -> c.expression().strip())
          .containsExactly("3");
    }
    assertThat(VersionClause.find("SELECT 1 -- FROM t AT (VERSION => 3)")).isEmpty();
  }
}
