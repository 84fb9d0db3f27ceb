package dev.millrace.engine.export;

import dev.millrace.api.table.HiveField;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Folders of partitions, as Hive names them: {@code country=de/dt=2026-11-21}. */
final class HivePath {
  /** The folder of rows that have no value, or an empty text, which Hive takes for the same. */
  static final String NONE = "__HIVE_DEFAULT_PARTITION__";

  /** What Hive escapes besides control characters. */
  private static final String ESCAPED = "\"#%'*/:=?\\{}[]^\u007f";

  private HivePath() {}

  /** The folder of one partition, below that of the table. */
  static String of(List<HiveField> fields, List<? extends @Nullable String> values) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      path.append(i == 0 ? "" : "/").append(escape(fields.get(i).name())).append('=');
      String value = values.get(i);
      path.append(value == null || value.isEmpty() ? NONE : escape(value));
    }
    return path.toString();
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || ESCAPED.indexOf(c) >= 0) {
        escaped.append('%').append("%02X".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /**
   * Reads a folder that a user names, escaped or not.
   *
   * @return the values of the outermost levels, null for {@link #NONE}
   * @throws dev.millrace.api.error.StopException if it is none of these partitions
   */
  static List<@Nullable String> parse(List<HiveField> fields, String path) {
    String[] levels = path.replaceAll("/+$", "").split("/", -1);
    List<@Nullable String> values = new ArrayList<>();
    for (int i = 0; i < levels.length; i++) {
      int equals = levels[i].indexOf('=');
      if (i >= fields.size()
          || equals < 0
          || !unescape(levels[i].substring(0, equals)).equals(fields.get(i).name())) {
        throw ExportError.EXPORT_PARTITION.stop(
            "`" + path + "` is no partition of this export",
            fields.isEmpty()
                ? "say how it is parted, such as `--partition-by day(at)`"
                : "write it as a folder: `" + example(fields) + "`");
      }
      String value = unescape(levels[i].substring(equals + 1));
      values.add(value.equals(NONE) || value.isEmpty() ? null : value);
    }
    return values;
  }

  private static String example(List<HiveField> fields) {
    return of(
        fields,
        fields.stream()
            .map(
                f ->
                    switch (f.field().transform()) {
                      case YEAR -> "2026";
                      case MONTH -> "2026-11";
                      case DAY -> "2026-11-21";
                      case HOUR -> "2026-11-21-13";
                      default -> "a";
                    })
            .toList());
  }

  private static String unescape(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] plain = new byte[bytes.length];
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      int high = i + 2 < bytes.length ? Character.digit((char) bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit((char) bytes[i + 2], 16) : -1;
      if (bytes[i] == '%' && high >= 0 && low >= 0) {
        plain[length++] = (byte) (high * 16 + low);
        i += 2;
      } else {
        plain[length++] = bytes[i];
      }
    }
    return new String(plain, 0, length, StandardCharsets.UTF_8);
  }
}
