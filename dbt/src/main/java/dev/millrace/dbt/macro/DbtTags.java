package dev.millrace.dbt.macro;

import dev.millrace.jinja.syntax.Expression;
import dev.millrace.jinja.syntax.Statement;
import dev.millrace.jinja.syntax.Tag;
import dev.millrace.jinja.syntax.TagParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** dbt's tags, each of which is a macro or nothing. */
final class DbtTags {
  static final Map<String, Tag> ALL =
      Map.of(
          "test", (parser, offset) -> test(parser, offset, "endtest"),
          "data_test", (parser, offset) -> test(parser, offset, "enddata_test"),
          "materialization", DbtTags::materialization,
          "snapshot", DbtTags::snapshot,
          "docs", DbtTags::docs);

  private DbtTags() {}

  private static Statement test(TagParser parser, int offset, String end) {
    String name = parser.name();
    Statement.Parameters parameters = parser.parameters();
    return new Statement.Macro(offset, "test_" + name, parameters, parser.body(end));
  }

  /** {@code materialization name, adapter='duckdb', supported_languages=['sql']}. */
  private static Statement materialization(TagParser parser, int offset) {
    String name = parser.name();
    String adapter = "default";
    while (parser.skip(",")) {
      String option = parser.name();
      if (option.equals("default")) {
        continue;
      }
      if (!parser.skip("=")) {
        throw parser.unexpected("=");
      }
      Expression value = parser.expression();
      if (option.equals("adapter")) {
        if (!(value instanceof Expression.Constant constant)) {
          throw parser.unexpected("the adapter's name in quotes");
        }
        adapter = String.valueOf(constant.value());
      } else if (!option.equals("supported_languages")) {
        throw parser.unexpected("adapter");
      }
    }
    return new Statement.Macro(
        offset,
        "materialization_" + name + "_" + adapter,
        Statement.Parameters.NONE,
        parser.body("endmaterialization"));
  }

  /** The body of a snapshot is its template. */
  private static Statement snapshot(TagParser parser, int offset) {
    parser.name();
    return new Statement.Sequence(offset, parser.body("endsnapshot"));
  }

  private static Statement docs(TagParser parser, int offset) {
    parser.name();
    List<Statement> nothing = new ArrayList<>();
    parser.body("enddocs");
    return new Statement.Sequence(offset, nothing);
  }
}
