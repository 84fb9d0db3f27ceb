package dev.millrace.dbt.macro;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.TextFile;
import java.util.List;

/**
 * A macro. Generic tests are macros {@code test_<name>}, materializations {@code
 * materialization_<name>_<adapter>}.
 *
 * @param id dbt's {@code unique_id}: {@code macro.dbt_utils.star}
 * @param packageName of the project or package that defines it
 * @param name of it
 * @param file that it is in; for macros of dbt itself its path begins with {@code dbt/}
 * @param where its tag is
 * @param code its text, with its tags
 * @param arguments names of its parameters, in order
 */
public record MacroDef(
    String id,
    String packageName,
    String name,
    TextFile file,
    SourceLocation where,
    String code,
    List<String> arguments) {
  /** Copies the list. */
  public MacroDef {
    arguments = List.copyOf(arguments);
  }
}
