package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks a sink's block in view of the columns that it delivers. */
final class SinkCheck {
  private static final long MOST_WINDOW = 1_000_000;
  private static final Duration LONGEST_TTL = Duration.ofDays(3650);

  private final SinkDeclaration sink;
  private final Problems problems;

  SinkCheck(SinkDeclaration sink, Problems problems) {
    this.sink = sink;
    this.problems = problems;
  }

  /** Adds every problem. */
  void run() {
    checkNames();
    checkKey();
    checkOrder();
    checkPartition();
    checkTtl();
    checkWindow();
    checkSettings();
  }

  private void checkNames() {
    if (!sink.table().matches("[^.]+(\\.[^.]+)?")) {
      error(
          "table",
          "`" + sink.table() + "` is no name of a table",
          "write `table` or `database.table`");
    } else if (sink.table().toLowerCase(Locale.ROOT).startsWith("millrace.")) {
      error("table", "database `millrace` is where positions are kept", "name another database");
    }
    for (String name : sink.schema().names()) {
      if (HiddenColumn.NAMES.contains(name.toLowerCase(Locale.ROOT))) {
        error(
            "from",
            "the stream has a column `" + name + "`, which is the name of one that the sink adds",
            "rename it in the model");
      }
    }
  }

  private void checkKey() {
    for (String name : sink.key()) {
      Optional<DataType> type = sink.schema().column(name).map(Column::type);
      if (type.filter(t -> t instanceof DataType.MapOf).isPresent()) {
        error(
            "key",
            "column `" + name + "` is a " + type.get() + ", by which ClickHouse cannot sort",
            "select the parts that matter as columns of their own");
      }
    }
  }

  private void checkOrder() {
    List<String> order = sink.options().texts(TableOptions.ORDER_BY);
    checkExpressions(TableOptions.ORDER_BY, order);
    if (sink.mode() == WriteMode.UPSERT
        && !order.isEmpty()
        && !lower(order).equals(lower(sink.key()))) {
      error(
          TableOptions.ORDER_BY,
          "`order_by` of an upsert is what tells rows apart, and so has the columns of the key: "
              + String.join(", ", sink.key()),
          "name these, in the order in which they are searched for");
    }
  }

  private static Set<String> lower(List<String> names) {
    return names.stream().map(n -> n.strip().toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  private void checkPartition() {
    List<String> partition = sink.options().texts(TableOptions.PARTITION_BY);
    checkExpressions(TableOptions.PARTITION_BY, partition);
    if (sink.mode() != WriteMode.UPSERT) {
      return;
    }
    for (String text : partition) {
      Optional<String> column = KeyExpression.parse(text).map(KeyExpression::column);
      if (column.isPresent()
          && sink.schema().column(column.get()).isPresent()
          && !lower(sink.key()).contains(column.get().toLowerCase(Locale.ROOT))) {
        error(
            TableOptions.PARTITION_BY,
            "`"
                + column.get()
                + "` is not in the key, so a row could move to another partition,"
                + " and ClickHouse would not replace it there",
            "partition by columns of the key");
      }
    }
  }

  private void checkExpressions(String option, List<String> texts) {
    for (String text : texts) {
      Optional<KeyExpression> parsed = KeyExpression.parse(text);
      if (parsed.isEmpty()) {
        error(
            option,
            "`" + text + "` is neither a column nor a function of one",
            "write `column` or one of "
                + String.join(", ", KeyExpression.functions())
                + ", such as `toYYYYMM(at)`; for anything else create the table yourself");
        continue;
      }
      checkExpression(option, parsed.get());
    }
  }

  private void checkExpression(String option, KeyExpression expression) {
    String function = expression.function();
    if (function != null && !KeyExpression.functions().contains(function)) {
      error(
          option,
          "function `" + function + "` is not known here",
          Suggestion.didYouMean(function, KeyExpression.functions()));
    }
    Optional<Column> column = sink.schema().column(expression.column());
    if (column.isEmpty()) {
      error(
          option,
          "the stream has no column `" + expression.column() + "`",
          Suggestion.didYouMean(expression.column(), sink.schema().names()));
    } else if (function != null && !KeyExpression.isTime(column.get().type())) {
      error(
          option,
          "column `" + expression.column() + "` is a " + column.get().type() + ", which is no time",
          "name the column without a function");
    } else if (column.get().type() instanceof DataType.MapOf) {
      error(
          option,
          "column `" + expression.column() + "` is a map, by which ClickHouse cannot sort",
          null);
    }
  }

  private void checkTtl() {
    Optional<Duration> ttl = sink.options().optionalDuration(TableOptions.TTL);
    Optional<String> name = sink.options().optionalText(TableOptions.TTL_COLUMN);
    if (ttl.isPresent() != name.isPresent()) {
      error(
          ttl.isPresent() ? TableOptions.TTL : TableOptions.TTL_COLUMN,
          "`ttl` and `ttl_column` belong together",
          ttl.isPresent() ? "name the column of the time in `ttl_column`" : "set `ttl` too");
    }
    if (ttl.isPresent()
        && (ttl.get().compareTo(Duration.ofSeconds(1)) < 0
            || ttl.get().compareTo(LONGEST_TTL) > 0)) {
      error(TableOptions.TTL, "`ttl` is from 1 second to 3650 days", null);
    }
    if (name.isEmpty()) {
      return;
    }
    Optional<Column> column = sink.schema().column(name.get());
    if (column.isEmpty()) {
      error(
          TableOptions.TTL_COLUMN,
          "the stream has no column `" + name.get() + "`",
          Suggestion.didYouMean(name.get(), sink.schema().names()));
    } else if (!KeyExpression.isTime(column.get().type())) {
      error(
          TableOptions.TTL_COLUMN,
          "column `" + name.get() + "` is a " + column.get().type() + ", which is no time",
          "name a column of type TIMESTAMPTZ, TIMESTAMP or DATE");
    }
  }

  private void checkWindow() {
    long window = sink.options().number(TableOptions.DEDUPLICATION_WINDOW);
    if (window < 1 || window > MOST_WINDOW) {
      error(
          TableOptions.DEDUPLICATION_WINDOW,
          "the server cannot know " + window + " inserts again",
          "write a number from 1 to " + MOST_WINDOW);
    }
  }

  private void checkSettings() {
    sink.options()
        .structure(TableOptions.SETTINGS)
        .forEach(
            (name, value) -> {
              if (value instanceof List || value instanceof Map || !name.matches("\\w+")) {
                error(
                    TableOptions.SETTINGS,
                    "`" + name + "` of `settings` is not a name with a plain value",
                    "write it as `storage_policy: cold`");
              }
            });
  }

  private void error(String option, String message, @Nullable String hint) {
    problems.error(
        ClickHouseError.SINK_OPTION,
        sink.places().apply(option),
        "sink `" + sink.name() + "`: " + message,
        hint);
  }
}
