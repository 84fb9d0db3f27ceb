package dev.millrace.engine.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What statements write, by their first words. It does not understand SQL any further, and takes
 * what it does not know for a statement that writes nothing.
 */
final class SqlStatements {
  private static final Set<String> BODIES =
      Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "FROM", "VALUES");

  /** Statements that change no relation of the store. */
  private static final Set<String> HARMLESS =
      Set.of(
          "SELECT",
          "FROM",
          "VALUES",
          "(",
          "TABLE",
          "PIVOT",
          "UNPIVOT",
          "BEGIN",
          "START",
          "COMMIT",
          "ROLLBACK",
          "EXPLAIN",
          "DESCRIBE",
          "SHOW",
          "SUMMARIZE",
          "ANALYZE",
          "VACUUM",
          "CHECKPOINT",
          "COMMENT",
          "INSTALL",
          "LOAD");

  private final List<List<String>> written = new ArrayList<>();
  private final List<List<String>> schemas = new ArrayList<>();
  private final List<String> settings = new ArrayList<>();
  private boolean empty = true;
  private boolean unclear;

  private SqlStatements() {}

  /** Looks at a text of one or more statements. */
  static SqlStatements of(String sql) {
    SqlStatements statements = new SqlStatements();
    for (List<SqlWords.Word> words : SqlWords.statements(sql)) {
      if (!words.isEmpty()) {
        statements.empty = false;
        new Reader(words, statements).read();
      }
    }
    return statements;
  }

  /** True if there is nothing but white space, comments and semicolons. */
  boolean isEmpty() {
    return empty;
  }

  /** True if a statement may change relations that are not among {@link #written}. */
  boolean isUnclear() {
    return unclear;
  }

  /** Names of the tables, views and the like that are made, changed or dropped, part by part. */
  List<List<String>> written() {
    return written;
  }

  /** Names of the schemas that are made or dropped. */
  List<List<String>> schemas() {
    return schemas;
  }

  /** Lower-case names of the settings that are set. */
  List<String> settings() {
    return settings;
  }

  /** Reads one statement. */
  private static final class Reader {
    private final List<SqlWords.Word> words;
    private final SqlStatements found;
    private int at;

    Reader(List<SqlWords.Word> words, SqlStatements found) {
      this.words = words;
      this.found = found;
    }

    void read() {
      if (skip("WITH")) {
        int depth = 0;
        while (at < words.size()
            && (depth > 0 || words.get(at).quoted() || !BODIES.contains(keyword()))) {
          depth += keyword().equals("(") ? 1 : keyword().equals(")") ? -1 : 0;
          at++;
        }
      }
      String verb = keyword();
      at++;
      switch (verb) {
        case "CREATE" -> create();
        case "DROP" -> {
          String kind = kind();
          // With a schema goes all that is in it.
          found.unclear |= kind.equals("SCHEMA");
          named(kind);
        }
        case "ALTER" -> alter();
        case "INSERT" -> into();
        case "MERGE" -> into();
        case "UPDATE" -> write();
        case "DELETE" -> {
          skip("FROM");
          write();
        }
        case "TRUNCATE" -> {
          skip("TABLE");
          write();
        }
        case "COPY" -> copy();
        case "SET", "RESET" -> setting();
        case "PRAGMA" -> setting();
        default -> found.unclear |= !HARMLESS.contains(verb);
      }
    }

    private String keyword() {
      return at < words.size() ? words.get(at).text().toUpperCase(Locale.ROOT) : "";
    }

    private boolean skip(String keyword) {
      boolean there = at < words.size() && !words.get(at).quoted() && keyword().equals(keyword);
      at += there ? 1 : 0;
      return there;
    }

    private String kind() {
      String kind = keyword();
      at++;
      if (kind.equals("MATERIALIZED") || kind.equals("RECURSIVE") || kind.equals("UNIQUE")) {
        kind = keyword();
        at++;
      }
      return kind;
    }

    private void create() {
      if (skip("OR")) {
        skip("REPLACE");
      }
      if (skip("TEMP") || skip("TEMPORARY")) {
        return;
      }
      skip("PERSISTENT");
      String kind = kind();
      if (kind.equals("INDEX")) {
        while (at < words.size() && !skip("ON")) {
          at++;
        }
        write();
      } else if (!kind.equals("SECRET")) {
        named(kind);
      }
    }

    private void named(String kind) {
      if (skip("IF")) {
        skip("NOT");
        skip("EXISTS");
      }
      if (kind.equals("SCHEMA")) {
        found.schemas.add(name());
      } else {
        write();
      }
    }

    private void alter() {
      String kind = kind();
      if (skip("IF")) {
        skip("EXISTS");
      }
      List<String> name = name();
      if (name.isEmpty() || kind.equals("SCHEMA")) {
        return;
      }
      found.written.add(name);
      if (skip("RENAME") && skip("TO")) {
        List<String> renamed = new ArrayList<>(name.subList(0, name.size() - 1));
        renamed.addAll(name());
        found.written.add(renamed);
      }
    }

    private void into() {
      if (skip("OR")) {
        at++;
      }
      skip("INTO");
      write();
    }

    private void copy() {
      List<String> name = name();
      if (!name.isEmpty() && keyword().equals("(")) {
        while (at < words.size() && !keyword().equals(")")) {
          at++;
        }
        at++;
      }
      if (!name.isEmpty() && skip("FROM")) {
        found.written.add(name);
      }
    }

    private void setting() {
      while (skip("GLOBAL") || skip("SESSION") || skip("LOCAL")) {
        // Whatever its scope, it is a setting.
      }
      if (at < words.size()) {
        String setting = words.get(at).text().toLowerCase(Locale.ROOT);
        found.settings.add(setting);
        found.unclear |= setting.equals("schema") || setting.equals("search_path");
      }
    }

    private void write() {
      List<String> name = name();
      if (!name.isEmpty()) {
        found.written.add(name);
      }
    }

    private List<String> name() {
      List<String> parts = new ArrayList<>();
      while (at < words.size() && words.get(at).isName()) {
        parts.add(words.get(at).text());
        at++;
        if (at >= words.size() || words.get(at).quoted() || !keyword().equals(".")) {
          break;
        }
        at++;
      }
      return parts;
    }
  }
}
