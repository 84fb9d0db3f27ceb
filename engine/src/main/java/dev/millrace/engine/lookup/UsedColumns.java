package dev.millrace.engine.lookup;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamProgram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which columns of their inputs programs use: those that their steps name. */
public final class UsedColumns {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_$]+");

  private final String text;
  private final Set<String> words = new HashSet<>();

  /** What a program's steps name. */
  public UsedColumns(StreamProgram program) {
    text =
        program.steps().stream()
            .map(Object::toString)
            .collect(Collectors.joining("\n"))
            .toLowerCase(Locale.ROOT);
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      words.add(word.group());
    }
  }

  /** True if a step may name the column. */
  public boolean contains(String column) {
    String lower = column.toLowerCase(Locale.ROOT);
    return WORD.matcher(lower).matches()
        ? words.contains(lower)
        : text.contains(Identifier.quote(lower));
  }

  /**
   * The tables that programs look up, by name, each with the columns that any of them uses; with
   * its first column if none does, as for a count.
   */
  public static Map<String, Schema> ofTables(Collection<StreamProgram> programs) {
    Map<String, Set<String>> used = new TreeMap<>();
    Map<String, Schema> whole = new TreeMap<>();
    for (StreamProgram program : programs) {
      UsedColumns own = new UsedColumns(program);
      for (Relation input : program.inputs()) {
        if (input.isTable()) {
          whole.put(input.name(), input.schema());
          Set<String> names = used.computeIfAbsent(input.name(), k -> new HashSet<>());
          input.schema().names().stream().filter(own::contains).forEach(names::add);
        }
      }
    }
    Map<String, Schema> tables = new TreeMap<>();
    whole.forEach(
        (name, schema) -> {
          List<Column> columns = new ArrayList<>();
          for (Column column : schema.columns()) {
            if (used.getOrDefault(name, Set.of()).contains(column.name())) {
              columns.add(column);
            }
          }
          tables.put(
              name,
              columns.isEmpty() ? new Schema(schema.columns().subList(0, 1)) : new Schema(columns));
        });
    return tables;
  }
}
