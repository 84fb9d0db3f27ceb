package dev.millrace.sql.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FunctionListTest {
  /** Names that reach outside, wait, change something or look into the engine. */
  private static final String REFUSED =
      "__.*|collate_.*|icu_.*|inet_.*|has_.*|pg_(?!size_pretty$|typeof$).*|json_copy_.*"
          + "|json_(de)?serialize_.*|variant_(bytes|to|comparator|normalize).*|current_(query|user|role|setting"
          + "|schemas|connection|transaction).*|.*_description|format_(pg_)?type|.*_byte_comparable"
          + "|nextval|currval|setval|setseed|sleep_ms|getvariable|txid_current|write_log|stats|vector_type"
          + "|in_search_path|index_key|invoke|version|user|session_user|get_block_size|get_type|make_type"
          + "|replace_type|cast_to_type|can_cast_implicitly|create_sort_key|constant_or_null|remap_struct"
          + "|to_aggregate_state|combine_aggr|decimal_average|decimal_division|sum_no_overflow"
          + "|normalized_interval|map_to_pg_oid|is_histogram_other_bin|hive_partition_component"
          + "|parse_duckdb_log_message|assert_true";

  /** Fails when a new DuckDB brings a function on which nobody has decided yet. */
  @Test
  void everyFunctionOfDuckDbIsEitherAllowedOrRefused() throws Exception {
    Set<String> undecided = new TreeSet<>();
    Set<String> both = new TreeSet<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type NOT IN ('table',"
                    + " 'table_macro', 'pragma')")) {
      while (rows.next()) {
        String name = rows.getString(1).toLowerCase(Locale.ROOT);
        boolean refused = name.matches(REFUSED);
        if (FunctionRules.allows(name) && refused) {
          both.add(name);
        } else if (!FunctionRules.allows(name) && !refused) {
          undecided.add(name);
        }
      }
    }
    assertThat(undecided).isEmpty();
    assertThat(both).isEmpty();
  }
}
