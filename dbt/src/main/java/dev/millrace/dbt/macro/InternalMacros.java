package dev.millrace.dbt.macro;

import dev.millrace.project.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** dbt's own macros: those of all engines, and those of DuckDB, which come after them. */
final class InternalMacros {
  /** The package of DuckDB's. */
  static final String ADAPTER = "dbt_duckdb";

  private static final String FOLDER = "/dev/millrace/dbt/macros/";

  private static final class Compiled {
    static final List<MacroFile> FILES = read();
  }

  private InternalMacros() {}

  static List<MacroFile> files() {
    return Compiled.FILES;
  }

  private static List<MacroFile> read() {
    List<MacroFile> files = new ArrayList<>();
    for (String path : text("index.txt").lines().toList()) {
      String packageName = path.substring(0, path.indexOf('/'));
      files.add(
          MacroFile.compile(packageName, new TextFile("dbt/" + path, text(path)), DbtJinja.RUN));
    }
    return List.copyOf(files);
  }

  private static String text(String path) {
    try (InputStream in = InternalMacros.class.getResourceAsStream(FOLDER + path)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + FOLDER + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
