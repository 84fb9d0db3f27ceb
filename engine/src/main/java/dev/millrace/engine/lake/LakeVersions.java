package dev.millrace.engine.lake;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.table.PinnedFiles;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableStore;
import dev.millrace.sql.gate.TableVersions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Earlier versions of the lake's tables. A table is called as the lake calls it, which is also how
 * the store calls the view of a model.
 */
public final class LakeVersions implements TableVersions {
  /** The schema of names without one, in the lake and in the store. */
  private static final String MAIN = "main.";

  private static final Pattern MENTION =
      Pattern.compile("(?i)\\b(version|timestamp)\\s*=>|\\blake_(tables|versions)\\b");

  private final Lake lake;

  private LakeVersions(Lake lake) {
    this.lake = lake;
  }

  /** Those of a target's lake; none if it has no lake. */
  public static TableVersions of(Optional<Lake> lake) {
    return lake.<TableVersions>map(LakeVersions::new).orElse(TableVersions.NONE);
  }

  /** True if a text may read the lake beyond the store's views: an earlier version, or a list. */
  public static boolean mentions(String sql) {
    // Nearly no text does, which is seen sooner than by a pattern.
    boolean may = sql.contains("=>") || sql.toLowerCase(Locale.ROOT).contains("lake_");
    return may && MENTION.matcher(sql).find();
  }

  @Override
  public Reading open() {
    List<PinnedFiles> read = new ArrayList<>();
    return new Reading() {
      @Override
      public String relation(List<String> table, long version) {
        return read(table, t -> t.pin(version));
      }

      @Override
      public String relation(List<String> table, Instant at) {
        return read(table, t -> t.pin(at));
      }

      private String read(List<String> table, Function<StoredTable, PinnedFiles> pin) {
        PinnedFiles pinned = pin.apply(find(table));
        read.add(pinned);
        return pinned.files().relation();
      }

      @Override
      public void close() {
        read.forEach(PinnedFiles::close);
      }
    };
  }

  private StoredTable find(List<String> path) {
    boolean ofTheStore = path.size() == 3 && path.get(0).equalsIgnoreCase("store");
    String written = String.join(".", ofTheStore ? path.subList(1, 3) : path);
    String name = path.size() == 1 ? MAIN + written : written;
    TableStore tables = lake.store();
    Optional<StoredTable> exact = tables.find(name);
    if (exact.isPresent()) {
      return exact.get();
    }
    List<String> names = tables.names();
    // DuckDB does not tell names apart by their case.
    List<String> alike = names.stream().filter(name::equalsIgnoreCase).toList();
    Optional<StoredTable> found = alike.size() == 1 ? tables.find(alike.get(0)) : Optional.empty();
    return found.orElseThrow(() -> unknown(written, names));
  }

  private static StopException unknown(String written, List<String> names) {
    List<String> candidates =
        names.stream()
            .flatMap(
                n -> n.startsWith(MAIN) ? Stream.of(n.substring(MAIN.length()), n) : Stream.of(n))
            .toList();
    String hint = Suggestion.didYouMean(written, candidates);
    return new StopException(
        Problem.error(
            LakeVersionError.LAKE_TABLE_UNKNOWN,
            null,
            "there is no table `" + written + "` in the lake, and other tables have no versions",
            hint != null
                ? hint
                : "a stream gets there by a sink with `system: lake`, a model by"
                    + " `file_format='parquet'`; `system.lake_tables` has the names"),
        null);
  }
}
