package dev.millrace.api.table;

import dev.millrace.api.table.PartitionField.Transform;
import java.util.Optional;
import java.util.Set;

/**
 * One level of folders of plain Hive-partitioned files, {@code dt=2026-11-21}.
 *
 * @param name what stands before the {@code =}
 * @param field how the value is made
 */
public record HiveField(String name, PartitionField field) {
  private static final Set<Transform> TRANSFORMS =
      Set.of(Transform.IDENTITY, Transform.YEAR, Transform.MONTH, Transform.DAY, Transform.HOUR);

  /**
   * Reads {@code country}, {@code day(at)} or {@code dt=day(at)}; empty if the text is none of
   * these. Without a name a column has its own, a day is {@code dt}, and a year, a month and an
   * hour are called so.
   */
  public static Optional<HiveField> parse(String text) {
    int equals = text.indexOf('=');
    Optional<String> name =
        equals < 0 ? Optional.empty() : Optional.of(text.substring(0, equals).strip());
    if (name.isPresent() && !name.get().matches("[A-Za-z0-9][^/=\\\\%\\p{Cntrl}]*")) {
      return Optional.empty();
    }
    return PartitionField.parse(text.substring(equals + 1))
        .filter(f -> TRANSFORMS.contains(f.transform()))
        .map(f -> new HiveField(name.orElseGet(() -> usualName(f)), f));
  }

  private static String usualName(PartitionField field) {
    return switch (field.transform()) {
      case IDENTITY -> field.column();
      case DAY -> "dt";
      default -> field.transform().name().toLowerCase(java.util.Locale.ROOT);
    };
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return name + "=" + field;
  }
}
