package dev.millrace.dbt.seed;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A seed's file: columns with types, and rows of texts for {@code AdapterSession.load}. Immutable
 * as long as nobody writes into its rows.
 *
 * <p>Types are found as dbt's agate does it: numbers, dates, times, booleans, else text; the empty
 * text is null, in all columns but texts {@code null} too. As with dbt-duckdb, which has the engine
 * read the file, the text {@code null} in a column of texts stays what it is. Integers beyond 32
 * bits become {@code bigint}, on which dbt-duckdb fails.
 *
 * @param columns in the file's order
 * @param rows values as texts that the engine can cast, null for none; each as long as {@code
 *     columns}
 * @param lines the line, from 1, on which each row begins
 */
public record SeedTable(
    List<SeedColumn> columns, List<@Nullable String[]> rows, List<Integer> lines) {
  /**
   * Reads a file.
   *
   * @param delimiter one character
   * @param columnTypes types by column name, which are taken as they are
   * @throws StopException if a row has more fields than the header, or a quote is never closed
   */
  public static SeedTable read(TextFile file, String delimiter, Map<String, String> columnTypes) {
    if (delimiter.length() != 1) {
      throw fault(
          file.at(0, 0),
          "the delimiter `" + delimiter + "` is not one character",
          "set `delimiter` of the seed's config to one, such as \";\"");
    }
    CsvReader reader = new CsvReader(file, delimiter.charAt(0));
    List<String> header = reader.record();
    List<String> names = unique(header == null ? List.of() : header);
    List<@Nullable String[]> rows = new ArrayList<>();
    List<Integer> lines = new ArrayList<>();
    ColumnTypes types = new ColumnTypes(names.size());
    boolean[] given = new boolean[names.size()];
    for (int i = 0; i < given.length; i++) {
      given[i] = columnTypes.containsKey(names.get(i));
    }
    while (true) {
      int line = reader.line();
      List<String> fields = reader.record();
      if (fields == null) {
        break;
      }
      if (fields.size() > names.size()) {
        throw fault(
            new SourceLocation(file.path(), line, 1, 0),
            "the header has " + names.size() + " names, this row " + fields.size() + " fields",
            "a field that contains the delimiter must stand in double quotes");
      }
      @Nullable String[] row = new String[names.size()];
      for (int i = 0; i < fields.size(); i++) {
        row[i] = fields.get(i);
        if (!given[i]) {
          types.look(i, fields.get(i));
        }
      }
      rows.add(row);
      lines.add(line);
    }
    List<SeedColumn> columns = new ArrayList<>();
    for (int i = 0; i < given.length; i++) {
      String name = names.get(i);
      columns.add(
          given[i]
              ? new SeedColumn(name, String.valueOf(columnTypes.get(name)), SeedColumn.Kind.TEXT)
              : types.column(i, name));
    }
    for (@Nullable String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = columns.get(i).kind().loadable(row[i]);
      }
    }
    return new SeedTable(columns, rows, List.copyOf(lines));
  }

  /** The names of its columns, in order. */
  public List<String> names() {
    return columns.stream().map(SeedColumn::name).toList();
  }

  /** Names that are missing become letters, and those that came before get numbers. */
  private static List<String> unique(List<String> header) {
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (int i = 0; i < header.size(); i++) {
      String name = header.get(i).isEmpty() ? letters(i) : header.get(i);
      String free = name;
      for (int n = 2; seen.containsKey(free); n++) {
        free = name + "_" + n;
      }
      seen.put(free, i);
    }
    return List.copyOf(seen.keySet());
  }

  private static String letters(int index) {
    String letter = String.valueOf((char) ('a' + index % 26));
    return letter.repeat(index / 26 + 1);
  }

  static StopException fault(SourceLocation where, String message, @Nullable String hint) {
    return new StopException(Problem.error(DbtError.SEED_FILE, where, message, hint), null);
  }
}
