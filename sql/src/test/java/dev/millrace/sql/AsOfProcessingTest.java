package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables that builds make: what programs keep of them, and where they can be looked up. */
class AsOfProcessingTest {
  private static StreamCompiler compiler;

  @BeforeAll
  static void open() {
    compiler = StreamCompiler.open();
  }

  @AfterAll
  static void close() {
    compiler.close();
  }

  private static Schema schema(String... columns) {
    List<Column> list = new ArrayList<>();
    for (String column : columns) {
      String[] parts = column.split(" ", 2);
      list.add(new Column(parts[0], DataTypeParser.parse(parts[1]).orElseThrow()));
    }
    return new Schema(list);
  }

  private static Map<String, Relation> inputs(boolean asOfProcessing) {
    Relation table =
        Relation.ofTable(
            "products", schema("product VARCHAR", "price INTEGER", "since TIMESTAMPTZ"));
    Relation orders =
        new Relation(
            "orders",
            schema("id VARCHAR", "product VARCHAR", "ts TIMESTAMPTZ"),
            List.of("_id"),
            schema("_id BIGINT"),
            true,
            Map.of("ts", "getvariable('wm_shop.orders')"));
    return Map.of("orders", orders, "products", asOfProcessing ? table.inProcessing() : table);
  }

  private static StreamProgram compile(String sql, boolean asOfProcessing) throws QueryException {
    return compiler.compile("s", sql, false, inputs(asOfProcessing));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT o.id, o.ts, p.price FROM orders o JOIN products p USING (product)",
        "SELECT o.id, o.ts, p.price FROM products p JOIN orders o USING (product)",
        "SELECT o.id, o.ts, p.price FROM orders o, products p WHERE p.product = o.product",
        "SELECT o.id, o.ts, p.price FROM orders o LEFT JOIN products p ON p.product = o.product AND p.price > 1",
        "SELECT o.id, o.ts, n FROM orders o LEFT JOIN (SELECT product, count(*) AS n FROM products GROUP BY product) p USING (product)",
        "SELECT id, ts FROM orders WHERE product IN (SELECT product FROM products)",
        "SELECT id, ts FROM orders o WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.product = o.product)",
        "SELECT id, ts, product IN (SELECT product FROM products WHERE product IS NOT NULL) AS known FROM orders",
      })
  void rowsKeepTheirPartners(String sql) throws QueryException {
    StreamProgram program = compile(sql, true);
    assertThat(program.output().appendOnly()).isTrue();
    assertThat(program.output().watermarks()).containsKey("ts");
    assertThat(program.states()).isNotEmpty().allMatch(StateTable::bounded);
    StreamProgram following = compile(sql, false);
    assertThat(following.output().appendOnly()).isFalse();
    assertThat(following.states())
        .filteredOn(s -> !s.bounded())
        .isNotEmpty()
        .allMatch(s -> s.bound().contains("lookup={'products': 'as_of_processing'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT product FROM products | is not the right side of a join",
        "SELECT product FROM orders UNION ALL SELECT product FROM products | is not the right side of a join",
        "SELECT p.price, o.id FROM products p LEFT JOIN orders o USING (product) | is not the right side of a join",
        "SELECT o.id, p.price FROM orders o FULL JOIN products p USING (product) | rows of a FULL JOIN",
        "SELECT o.n, p.price FROM (SELECT product, count(*) AS n FROM orders GROUP BY product) o"
            + " JOIN products p USING (product) | is joined to rows that may be taken back",
      })
  void elsewhereItIsRefused(String sql, String why) {
    QueryException refused = catchThrowableOfType(QueryException.class, () -> compile(sql, true));
    assertThat(refused).as(sql).isNotNull();
    assertThat(refused.problems())
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("`products`", why));
  }

  @Test
  void aTableAloneIsAsLargeAsItIs() throws QueryException {
    StreamProgram program =
        compile("SELECT a.product, b.price FROM products a JOIN products b USING (product)", false);
    assertThat(program.states())
        .hasSize(2)
        .allMatch(s -> s.bound().equals("as large as the table"));
  }
}
