package dev.millrace.connect.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.connect.files.store.ServerUrl;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the keys of a ledger depend on: the folder, since paths are below it, and what makes a file
 * another one.
 */
final class LedgerScope {
  private static final String FOLDER = FilesOptions.FOLDER.name();
  private static final String IDENTITY = FilesOptions.IDENTITY.name();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private LedgerScope() {}

  static Map<String, String> of(
      Optional<Options> system, Optional<String> systemType, Options options) {
    String folder =
        options.text(FOLDER).replaceFirst("^(\\./)+(?=.)", "").replaceFirst("(?<=.)/+$", "");
    String place =
        systemType
            .map(type -> system.map(s -> server(s, type, folder)).orElse(type + ": " + folder))
            .orElse(folder);
    Map<String, String> scope = new LinkedHashMap<>();
    scope.put(FOLDER, place);
    scope.put(IDENTITY, options.text(IDENTITY));
    return scope;
  }

  private static String server(Options system, String type, String folder) {
    return ServerUrl.folder(system, type, folder);
  }

  /** The entry that keeps a scope. */
  static LedgerEntry entry(Map<String, String> scope) {
    try {
      return new LedgerEntry(LedgerEntry.SCOPE, MAPPER.writeValueAsString(new TreeMap<>(scope)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<String, String> parse(String json) {
    try {
      return MAPPER.readValue(json, new TypeReference<Map<String, String>>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Looks whether a ledger is of the scope that a source has now.
   *
   * @throws StopException if it is not, and has files
   */
  static void require(FileLedger ledger, SourceContext context) {
    Map<String, String> was = ledger.scope();
    Map<String, String> is = context.scope();
    if (was.isEmpty() || is.isEmpty() || was.equals(is) || ledger.files() == 0) {
      return;
    }
    List<String> changes = new ArrayList<>();
    is.forEach(
        (option, value) -> {
          if (!value.equals(was.get(option))) {
            changes.add("its `%s` was `%s` and is `%s`".formatted(option, was.get(option), value));
          }
        });
    throw new StopException(
        Problem.error(
            FilesError.FILES_OTHER_LEDGER,
            null,
            "source `%s`: %s, and its ledger has %d files that were read before"
                .formatted(context.name(), String.join(", ", changes), ledger.files()),
            "undo that; or `millrace files <project> keep --source %1$s` if they are the same files;"
                    .formatted(context.name())
                + " or `millrace files <project> forget \"**\" --source %1$s` to read all that is there, once more"
                    .formatted(context.name())),
        null);
  }

  /** The entries under the keys that they have in another scope. */
  static List<LedgerEntry> keep(Map<String, String> entries, Map<String, String> scope) {
    FilesPlan.Identity identity =
        FilesPlan.Identity.valueOf(String.valueOf(scope.get(IDENTITY)).toUpperCase(Locale.ROOT));
    Map<String, LedgerEntry> kept = new LinkedHashMap<>();
    entries.forEach(
        (key, value) -> {
          if (FileLedger.isContent(key)) {
            return;
          }
          FileEntry entry = FileEntry.parse(value);
          String now = entry.namesFile() ? FileLedger.key(entry.file(), identity) : key;
          if (!now.equals(key)) {
            kept.putIfAbsent(key, new LedgerEntry(key, null));
            // Of two versions under one name the later one counts.
            kept.put(now, new LedgerEntry(now, value));
          }
        });
    kept.put(LedgerEntry.SCOPE, entry(scope));
    return List.copyOf(kept.values());
  }
}
