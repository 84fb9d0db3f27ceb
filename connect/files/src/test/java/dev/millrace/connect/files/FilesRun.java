package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.OptionValues;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A source of files with what it has committed: records and ledger, as a topic and its transaction
 * would have them. Each {@link #run} opens it anew.
 */
final class FilesRun {
  static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(DataType.Kind.BIGINT)),
              new Column("name", new DataType.Scalar(DataType.Kind.VARCHAR))));
  private static final Duration WAIT = Duration.ofMillis(20);
  private static final Duration LONG_WAIT = Duration.ofMillis(300);
  private static final int MOST_POLLS = 20_000;

  private final Path folder;
  private final Map<String, String> source = new HashMap<>();
  private final Map<String, String> stream = new HashMap<>();
  private final List<SourceRecord> records = new ArrayList<>();
  private final Map<String, @Nullable String> ledger = new LinkedHashMap<>();
  private Optional<String> systemType = Optional.empty();
  private Options system = new Options(List.of(), Map.of());
  private Clock clock = Clock.systemUTC();
  private Map<String, String> scope = Map.of();

  /** Reads {@code *} once, of files that need not be stable. */
  FilesRun(Path folder) {
    this.folder = folder;
    source("once", "true").source("stable_for", "0s").source("poll", "1ms");
    stream("files", "*");
  }

  FilesRun source(String option, String value) {
    source.put(option, value);
    return this;
  }

  FilesRun stream(String option, String value) {
    stream.put(option, value);
    return this;
  }

  FilesRun clock(Clock time) {
    clock = time;
    return this;
  }

  /** From now on the ledger has a scope: that of the options as they are now. */
  FilesRun scoped() {
    scope =
        new FilesConnector()
            .ledgerScope(
                systemType.map(t -> system),
                systemType,
                OptionValues.of(FilesOptions.SOURCE, source));
    return this;
  }

  /** Takes the files of the ledger for the same ones in the scope of now. */
  FilesRun keep() {
    Map<String, String> entries = new LinkedHashMap<>();
    ledger.forEach(
        (key, value) -> {
          if (value != null && !key.equals(LedgerEntry.SCOPE)) {
            entries.put(key, value);
          }
        });
    for (LedgerEntry entry : new FilesConnector().keep(entries, scope)) {
      ledger.remove(entry.key());
      ledger.put(entry.key(), entry.value());
    }
    return this;
  }

  FilesRun system(String type, List<Option> declared, Map<String, String> options) {
    systemType = Optional.of(type);
    system = OptionValues.of(declared, options);
    return this;
  }

  SourceContext context() {
    Options streamOptions = OptionValues.of(FilesOptions.STREAM, stream);
    Map<String, Object> given = new HashMap<>();
    for (Option option : FilesOptions.STREAM) {
      if (streamOptions.has(option.name())) {
        given.put(option.name(), value(streamOptions, option));
      }
    }
    return new SourceContext(
        "test",
        system,
        systemType,
        OptionValues.of(FilesOptions.SOURCE, source),
        List.of(new StreamDeclaration("rows", SCHEMA, given)),
        Optional.of("ledger"),
        entries -> ledger.forEach(entries),
        scope,
        folder,
        clock);
  }

  private static Object value(Options options, Option option) {
    return switch (option.type()) {
      case TEXT, SECRET -> options.text(option.name());
      case BOOLEAN -> options.flag(option.name());
      case INTEGER, SIZE -> options.number(option.name());
      case NUMBER -> options.decimal(option.name());
      case DURATION -> options.duration(option.name());
      case TEXTS -> options.texts(option.name());
      case STRUCTURE -> options.structure(option.name());
    };
  }

  /** Reads until the source ends; every batch is committed. */
  FilesRun run() {
    return run(MOST_POLLS);
  }

  /** Reads for at most so many polls, of which each is committed. */
  FilesRun run(int polls) {
    try (Source open = open()) {
      for (int i = 0; i < polls; i++) {
        if (poll(open)) {
          return this;
        }
      }
    }
    if (polls == MOST_POLLS) {
      throw new AssertionError("the source does not end");
    }
    return this;
  }

  /** Opens the source and leaves it as soon as it has read something more. */
  FilesRun begin() {
    try (Source open = open()) {
      readSome(open);
    }
    return this;
  }

  /** Polls until there are more records. */
  void readSome(Source open) {
    int before = records.size();
    for (int i = 0; records.size() == before; i++) {
      if (poll(open) || i == MOST_POLLS) {
        throw new AssertionError("there is nothing more to read");
      }
    }
  }

  Source open() {
    return new FilesConnector().open(context());
  }

  /** Polls and commits; true if the source has ended. */
  boolean poll(Source open) {
    return poll(open, WAIT);
  }

  /** Polls long enough for a look at every folder, and commits. */
  void pollLong(Source open) {
    poll(open, LONG_WAIT);
  }

  private boolean poll(Source open, Duration wait) {
    SourceBatch batch = open.poll(wait);
    records.addAll(batch.records());
    for (LedgerEntry entry : batch.ledger()) {
      ledger.remove(entry.key());
      ledger.put(entry.key(), entry.value());
    }
    open.committed();
    return batch.ended();
  }

  /** Amends what the ledger has of a path, as a runner does; how many entries that were. */
  int amend(LedgerAction action, String path, Source... open) {
    List<LedgerEntry> amended = new ArrayList<>();
    ledger.forEach(
        (key, value) -> {
          if (value != null && value.contains("\"path\":\"" + path + "\"")) {
            amended.addAll(new FilesConnector().amend(action, new LedgerEntry(key, value)));
          }
        });
    amended.forEach(e -> ledger.put(e.key(), e.value()));
    for (Source source : open) {
      source.amended(amended);
    }
    return amended.size();
  }

  List<SourceRecord> records() {
    return records;
  }

  /** The values of good rows. */
  List<String> rows() {
    return records.stream()
        .filter(r -> !r.headers().containsKey(SourceRecord.REJECTED))
        .map(r -> new String(r.value(), UTF_8))
        .toList();
  }

  /** Bad rows as {@code file:line: error: value}. */
  List<String> rejected() {
    return records.stream()
        .filter(r -> r.headers().containsKey(SourceRecord.REJECTED))
        .map(
            r ->
                "%s:%s: %s: %s"
                    .formatted(
                        header(r, "file"),
                        header(r, "line"),
                        header(r, SourceRecord.REJECTED),
                        new String(r.value(), UTF_8)))
        .toList();
  }

  static String header(SourceRecord record, String name) {
    return new String(record.headers().get(name), UTF_8);
  }

  /** The ledger's entries as {@code path state} or {@code path state: error}, by key. */
  List<String> states() {
    return ledger.values().stream()
        .filter(v -> v != null && v.contains("\"path\":"))
        .map(FileEntry::parse)
        .map(
            e ->
                e.file().path()
                    + " "
                    + e.state().name().toLowerCase(java.util.Locale.ROOT)
                    + e.error().map(r -> ": " + r).orElse(""))
        .sorted()
        .toList();
  }

  /** The ledger as it is committed. */
  Map<String, @Nullable String> ledger() {
    return ledger;
  }
}
