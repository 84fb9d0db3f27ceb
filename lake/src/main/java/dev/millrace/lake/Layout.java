package dev.millrace.lake;

import dev.millrace.api.error.StopException;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.TableWrite;
import dev.millrace.api.table.TableWrite.Mode;
import dev.millrace.api.type.Column;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdatePartitionSpec;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/**
 * The columns and the partitioning that a table gets with a change of its rows. Columns keep their
 * ids, so that files of earlier versions can be read. A column whose type cannot become the other
 * one is another column, and only where no row of before stays.
 */
final class Layout {
  private final String name;
  private final TableWrite write;

  Layout(String name, TableWrite write) {
    this.name = name;
    this.write = write;
  }

  /** Adds what differs to a transaction. */
  void apply(Transaction change) {
    Schema held = change.table().schema();
    Set<String> gone = new HashSet<>();
    for (Types.NestedField field : held.columns()) {
      Optional<Column> wanted = wanted(field.name());
      if (wanted.isEmpty() || !becomes(field.type(), wanted.get())) {
        gone.add(field.name());
      }
    }
    removePartitions(change, gone);
    changeColumns(change, held, gone);
    addPartitions(change);
  }

  private Optional<Column> wanted(String column) {
    return write.columns().columns().stream()
        .filter(c -> c.name().equalsIgnoreCase(column))
        .findFirst();
  }

  /** True if the column can stay the same one. */
  private boolean becomes(Type held, Column wanted) {
    Type type = LakeTypes.type(wanted.type());
    return LakeTypes.holds(type, held) || (LakeTypes.holds(held, type) && keepsWider());
  }

  /** Rows that stay may need the wider type that the table has. */
  private boolean keepsWider() {
    return write.mode() != Mode.OVERWRITE;
  }

  private void changeColumns(Transaction change, Schema held, Set<String> gone) {
    List<Consumer<UpdateSchema>> steps = new ArrayList<>();
    for (String column : gone) {
      if (wanted(column).isPresent() && write.mode() != Mode.OVERWRITE) {
        throw unfit(held.findField(column), wanted(column).get());
      }
      steps.add(update -> update.deleteColumn(column));
    }
    for (Column column : write.columns().columns()) {
      Types.NestedField field = held.caseInsensitiveFindField(column.name());
      Type type = LakeTypes.type(column.type());
      if (field == null || gone.contains(field.name())) {
        steps.add(update -> update.addColumn(column.name(), type));
      } else if (!field.type().isNestedType()
          && !type.isNestedType()
          && !field.type().equals(type)
          && TypeUtil.isPromotionAllowed(field.type(), type.asPrimitiveType())) {
        steps.add(update -> update.updateColumn(field.name(), type.asPrimitiveType()));
      }
    }
    List<String> there = lower(held.columns().stream().map(Types.NestedField::name).toList());
    if (!steps.isEmpty() || !lower(write.columns().names()).equals(there)) {
      steps.add(this::order);
      UpdateSchema update = change.updateSchema().caseSensitive(false);
      steps.forEach(step -> step.accept(update));
      update.commit();
    }
  }

  private void order(UpdateSchema update) {
    String before = null;
    for (Column column : write.columns().columns()) {
      if (before == null) {
        update.moveFirst(column.name());
      } else {
        update.moveAfter(column.name(), before);
      }
      before = column.name();
    }
  }

  private static List<String> lower(List<String> names) {
    return names.stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
  }

  private StopException unfit(Types.NestedField held, Column wanted) {
    return LakeFailure.stop(
        LakeError.LAKE_SCHEMA_CHANGE,
        "column `%s` of table `%s` is a %s in the lake and cannot become a %s while rows stay"
            .formatted(held.name(), name, held.type(), wanted.type()),
        "cast it in the query, or build it with --full-refresh");
  }

  private void removePartitions(Transaction change, Set<String> gone) {
    PartitionSpec spec = change.table().spec();
    List<PartitionField> there = Partitioning.fields(spec).orElseThrow();
    List<String> removed = new ArrayList<>();
    for (int i = 0; i < there.size(); i++) {
      if (!isWanted(there.get(i)) || gone.contains(there.get(i).column())) {
        removed.add(spec.fields().get(i).name());
      }
    }
    if (!removed.isEmpty()) {
      UpdatePartitionSpec update = change.updateSpec().caseSensitive(false);
      removed.forEach(update::removeField);
      update.commit();
    }
  }

  private boolean isWanted(PartitionField field) {
    return write.partitioning().stream().anyMatch(w -> isSame(w, field));
  }

  private static boolean isSame(PartitionField one, PartitionField other) {
    return one.toString().equalsIgnoreCase(other.toString());
  }

  private void addPartitions(Transaction change) {
    Schema schema = change.table().schema();
    // Says what is wrong with them.
    Partitioning.spec(schema, write.partitioning());
    List<PartitionField> there = Partitioning.fields(change.table().spec()).orElseThrow();
    List<PartitionField> added =
        write.partitioning().stream()
            .filter(w -> there.stream().noneMatch(t -> isSame(t, w)))
            .toList();
    if (!added.isEmpty()) {
      UpdatePartitionSpec update = change.updateSpec();
      added.forEach(
          f -> update.addField(term(schema.caseInsensitiveFindField(f.column()).name(), f)));
      update.commit();
    }
  }

  private static Term term(String column, PartitionField field) {
    return switch (field.transform()) {
      case IDENTITY -> Expressions.ref(column);
      case YEAR -> Expressions.year(column);
      case MONTH -> Expressions.month(column);
      case DAY -> Expressions.day(column);
      case HOUR -> Expressions.hour(column);
      case BUCKET -> Expressions.bucket(column, field.width());
      case TRUNCATE -> Expressions.truncate(column, field.width());
    };
  }
}
