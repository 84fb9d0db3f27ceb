package dev.millrace.engine;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.change.StoredProject;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.flow.Flow;
import dev.millrace.engine.flow.Lookup;
import dev.millrace.engine.flow.StreamRun;
import dev.millrace.engine.store.ByteWidths;
import dev.millrace.project.ModelSpec;
import dev.millrace.sql.StateTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The view {@code system.state}: what every operator keeps in the store, how many rows that is and
 * how many bytes, and what bounds it. It counts when it is asked; nothing is counted before.
 */
final class StateView {
  private static final String COLUMNS =
      "SELECT NULL::VARCHAR AS asset, NULL::VARCHAR AS operator, NULL::VARCHAR AS holds,"
          + " NULL::BIGINT AS \"rows\", NULL::BIGINT AS bytes, NULL::BOOLEAN AS bounded,"
          + " NULL::VARCHAR AS bound WHERE false";

  /** So many rows tell how wide texts are. */
  private static final int SAMPLE = 1_000;

  private final List<String> selects = new ArrayList<>(List.of(COLUMNS));

  private StateView() {}

  /**
   * The statement that makes the view for the tables of these flows; of streams that are being
   * filled it tells of the old version, which stands still.
   */
  static String create(List<Flow> flows, StoredProject stored) {
    StateView view = new StateView();
    for (Flow flow : flows) {
      flow.runner().sources().forEach(view::source);
      flow.runner().lookups().all().forEach(view::lookup);
      for (StreamRun stream : flow.runner().streams()) {
        if (stream.isFilling()) {
          stored.tables(stream.model().name()).forEach(t -> view.standing(stream, t));
        } else {
          view.stream(stream);
        }
      }
    }
    return "CREATE OR REPLACE VIEW store.system.state AS "
        + String.join(" UNION ALL ", view.selects);
  }

  private void source(Admission source) {
    source
        .history()
        .stored()
        .ifPresent(
            table ->
                add(
                    source.stream().qualifiedName(),
                    "unique",
                    "keys of admitted rows, to find repeats",
                    table.name(),
                    table.schema(),
                    true,
                    "forgotten when no repeat can be `within` the watermark any more"));
  }

  private void lookup(Lookup lookup) {
    add(
        lookup.table().name(),
        "copy",
        "its rows as the streams that look them up have seen them",
        "state." + Identifier.quote(lookup.copyName()),
        lookup.copySchema(),
        true,
        "as large as the table");
  }

  private void stream(StreamRun stream) {
    String name = stream.model().name();
    for (StateTable state : stream.program().states()) {
      String operator =
          state.name().startsWith(name + "__")
              ? state.name().substring(name.length() + 2)
              : state.name();
      add(
          name,
          operator,
          state.text(),
          "state." + Identifier.quote(state.name()),
          state.schema(),
          state.bounded(),
          state.bound());
    }
    ModelSpec model = stream.model();
    List<Column> columns = new ArrayList<>(stream.program().output().schema().columns());
    columns.addAll(stream.program().output().hidden().columns());
    add(
        name,
        "result",
        "the rows that people query",
        "published." + Identifier.quote(name),
        new Schema(columns),
        model.retain().isPresent(),
        model.retain().isPresent()
            ? "dropped when they are behind `retain`"
            : "`retain` would drop rows behind the watermark");
    stream.outboxes().forEach(this::outbox);
  }

  private void standing(StreamRun stream, String table) {
    String name = stream.model().name();
    int dot = table.indexOf('.');
    String bare = table.substring(dot + 1);
    selects.add(
        "SELECT "
            + Identifier.literal(name)
            + ", "
            + Identifier.literal(
                bare.equals(name)
                    ? "result"
                    : bare.startsWith(name + "__") ? bare.substring(name.length() + 2) : bare)
            + ", 'what the old version had: it stands still until the new one replaces it', (SELECT"
            + " count(*) FROM "
            + table.substring(0, dot + 1)
            + Identifier.quote(bare)
            + "), NULL::BIGINT, true, 'it stands still'");
  }

  private void outbox(Outbox outbox) {
    add(
        outbox.sink().from(),
        "outbox of sink " + outbox.sink().name(),
        "changes that the sink does not hold yet",
        "outbox." + Identifier.quote(outbox.sink().name()),
        outbox.schema(),
        true,
        "the sink's `outbox`");
  }

  private void add(
      String asset,
      String operator,
      String holds,
      String table,
      Schema schema,
      boolean bounded,
      String bound) {
    long fixed = 8 + schema.columns().stream().mapToLong(c -> ByteWidths.of(c.type())).sum();
    List<String> varying =
        schema.columns().stream()
            .filter(c -> ByteWidths.of(c.type()) == 0)
            .map(c -> Identifier.quote(c.name()))
            .toList();
    String widths =
        varying.stream()
            .map(c -> "coalesce(strlen(" + c + "::VARCHAR), 0)")
            .collect(Collectors.joining(" + "));
    String width =
        varying.isEmpty()
            ? ""
            : " + coalesce((SELECT avg("
                + widths
                + ") FROM (SELECT "
                + String.join(", ", varying)
                + " FROM "
                + table
                + " LIMIT "
                + SAMPLE
                + ")), 0)";
    selects.add(
        "SELECT "
            + Identifier.literal(asset)
            + ", "
            + Identifier.literal(operator)
            + ", "
            + Identifier.literal(holds)
            + ", n, (n * ("
            + fixed
            + width
            + "))::BIGINT, "
            + bounded
            + ", "
            + Identifier.literal(bound)
            + " FROM (SELECT count(*) AS n FROM "
            + table
            + ")");
  }
}
