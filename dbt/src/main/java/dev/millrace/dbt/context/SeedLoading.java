package dev.millrace.dbt.context;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.seed.SeedTable;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.project.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the files of seeds, which nobody reads before, and loads their rows. */
final class SeedLoading {
  private final Path folder;
  private final AdapterSession session;

  /** Seeds of a project in a folder. */
  SeedLoading(Path folder, AdapterSession session) {
    this.folder = folder;
    this.session = session;
  }

  TemplateSeed table(Node node) {
    Map<String, String> types = new LinkedHashMap<>();
    if (node.config().values().get("column_types") instanceof Map<?, ?> given) {
      given.forEach((column, type) -> types.put(String.valueOf(column), String.valueOf(type)));
    }
    String delimiter = node.config().text("delimiter").orElse(",");
    return new TemplateSeed(SeedTable.read(file(node), delimiter, types));
  }

  private TextFile file(Node node) {
    String path = node.file().path();
    try {
      return new TextFile(path, Files.readString(folder.resolve(path)));
    } catch (IOException e) {
      throw new StopException(
          Problem.error(
              DbtError.SEED_FILE,
              SourceLocation.ofFile(path),
              "the seed cannot be read: " + e,
              "it must be a text in UTF-8"),
          e);
    }
  }

  /** Adds the rows of a seed's file to its table. */
  long load(TemplateRelation table, TemplateSeed seed) {
    Relation relation =
        table
            .relation()
            .orElseThrow(() -> new PythonError("CompilationError", "a seed needs a table"));
    return session.load(relation, seed.table().names(), seed.table().rows());
  }
}
