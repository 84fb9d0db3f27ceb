package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Glob;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.connect.files.rows.CsvDialect;
import dev.millrace.connect.files.rows.RowFormat;
import dev.millrace.connect.files.unpack.UnpackLimits;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a source's options; every fault is a problem. */
final class FilesPlanReader {
  private static final int MAX_ROW_LIMIT = 64 << 20;

  private final Options options;
  private final List<StreamDeclaration> streams;
  private final SourceLocation where;
  private final Problems problems;

  FilesPlanReader(
      Options options, List<StreamDeclaration> streams, SourceLocation where, Problems problems) {
    this.options = options;
    this.streams = streams;
    this.where = where;
    this.problems = problems;
  }

  /** The plan; not to be used if there were problems. */
  FilesPlan read() {
    FilesPlan.After after =
        FilesPlan.After.valueOf(text(FilesOptions.AFTER).toUpperCase(Locale.ROOT));
    return new FilesPlan(
        text(FilesOptions.FOLDER),
        streams.stream().map(this::stream).toList(),
        text(FilesOptions.ORDER).equals("time"),
        options.duration(FilesOptions.POLL.name()),
        options.duration(FilesOptions.POLL_SLOWEST.name()),
        new FilesPlan.Complete(
            options.duration(FilesOptions.STABLE_FOR.name()),
            options.duration(FilesOptions.MIN_AGE.name()),
            marker()),
        globs(FilesOptions.IGNORE, options.texts(FilesOptions.IGNORE.name())),
        FilesPlan.Identity.valueOf(text(FilesOptions.IDENTITY).toUpperCase(Locale.ROOT)),
        options.optionalDuration(FilesOptions.FORGET_AFTER.name()),
        after,
        target(after),
        below(FilesOptions.QUARANTINE),
        options.flag(FilesOptions.ONCE.name()),
        new UnpackLimits(
            options.number(FilesOptions.MAX_UNPACKED.name()),
            options.decimal(FilesOptions.MAX_RATIO.name()),
            options.number(FilesOptions.MAX_ENTRIES.name())),
        text(FilesOptions.SPOOL),
        options.number(FilesOptions.MAX_SPOOL.name()));
  }

  private String text(Option option) {
    return options.text(option.name());
  }

  private void problem(String message, String hint) {
    problems.error(FilesError.FILES_OPTIONS, where, message, hint);
  }

  private Optional<String> marker() {
    Optional<String> marker = options.optionalText(FilesOptions.MARKER.name());
    if (marker.filter(m -> m.equals("{name}") || m.contains("/")).isPresent()) {
      problem(
          "`marker: " + marker.get() + "` names no other file of the same folder",
          "write a name such as `{name}.done`");
    }
    return marker;
  }

  private String target(FilesPlan.After after) {
    Optional<String> folder = below(FilesOptions.MOVE_TO);
    Optional<String> name = options.optionalText(FilesOptions.RENAME_TO.name());
    boolean moves = after == FilesPlan.After.MOVE;
    boolean renames = after == FilesPlan.After.RENAME;
    if (moves != folder.isPresent()) {
      problem(
          moves ? "`after: move` without `move_to`" : "`move_to` without `after: move`",
          moves ? "add `move_to`, a folder such as `done`" : "write `after: move`, or remove it");
    }
    if (renames != name.isPresent()) {
      problem(
          renames ? "`after: rename` without `rename_to`" : "`rename_to` without `after: rename`",
          renames
              ? "add `rename_to`, a name such as `{name}.read`"
              : "write `after: rename`, or remove it");
    }
    if (name.filter(n -> !n.contains("{name}") || n.equals("{name}") || n.contains("/"))
        .isPresent()) {
      problem(
          "`rename_to: " + name.get() + "` gives files no new names of their own",
          "write it with `{name}` and something else, such as `{name}.read`");
    }
    return moves ? folder.orElse("") : name.orElse("");
  }

  private Optional<String> below(Option option) {
    Optional<String> folder =
        options.optionalText(option.name()).map(f -> f.replaceFirst("/+$", ""));
    if (folder
        .filter(f -> f.isEmpty() || f.startsWith("/") || List.of(f.split("/")).contains(".."))
        .isPresent()) {
      problem(
          "`" + option.name() + ": " + folder.get() + "` is no folder below `folder`",
          "write a relative path such as `" + option.example() + "`");
    }
    return folder;
  }

  private List<Glob> globs(Option option, List<String> patterns) {
    List<Glob> globs = new ArrayList<>();
    for (String pattern : patterns) {
      try {
        globs.add(new Glob(pattern.strip()));
      } catch (IllegalArgumentException e) {
        problem(
            "`" + pattern + "` in `" + option.name() + "` is no pattern: " + e.getMessage(),
            "write one such as `" + option.example() + "`");
      }
    }
    return globs;
  }

  private StreamPlan stream(StreamDeclaration stream) {
    Options own = new Options(FilesOptions.STREAM, stream.options());
    long maxRow = own.number(FilesOptions.MAX_ROW.name());
    if (maxRow < 1 || maxRow > MAX_ROW_LIMIT) {
      problem("`max_row` of stream `" + stream.name() + "` is not between 1 and 64MB", "change it");
    }
    String encoding = own.text(FilesOptions.ENCODING.name());
    if (!encoding.equals("auto") && !isCharset(encoding)) {
      problem(
          "there is no charset `" + encoding + "`, which stream `" + stream.name() + "` names",
          "write `auto`, or a name such as `UTF-8` or `windows-1252`");
    }
    return new StreamPlan(
        stream.name(),
        globs(FilesOptions.FILES, own.texts(FilesOptions.FILES.name())),
        globs(FilesOptions.ENTRIES, own.texts(FilesOptions.ENTRIES.name())),
        new RowFormat(
            RowFormat.Kind.valueOf(own.text(FilesOptions.FORMAT.name()).toUpperCase(Locale.ROOT)),
            encoding,
            dialect(stream, own),
            own.optionalText(FilesOptions.RECORD_KEY.name()).orElse(""),
            (int) maxRow,
            stream.schema()));
  }

  private static boolean isCharset(String name) {
    try {
      return Charset.isSupported(name);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private CsvDialect dialect(StreamDeclaration stream, Options own) {
    byte delimiter = character(own, FilesOptions.DELIMITER);
    byte quote = character(own, FilesOptions.QUOTE);
    if (delimiter == 0 || delimiter == quote || delimiter == '\n' || delimiter == '\r') {
      problem(
          "`delimiter` of stream `" + stream.name() + "` does not tell fields apart",
          "write one character, or `tab`, that is not the `quote`");
    }
    return new CsvDialect(
        delimiter,
        quote,
        character(own, FilesOptions.ESCAPE),
        character(own, FilesOptions.COMMENT),
        own.flag(FilesOptions.HEADER.name()),
        own.texts(FilesOptions.FIELDS.name()).stream().map(String::strip).toList(),
        (int) own.number(FilesOptions.SKIP_LINES.name()),
        own.optionalText(FilesOptions.NULL_TEXT.name()).orElse(""),
        own.text(FilesOptions.SHORT_ROWS.name()).equals("pad"));
  }

  private byte character(Options own, Option option) {
    String text = own.text(option.name());
    switch (text) {
      case "tab", "\\t" -> {
        return '\t';
      }
      case "none" -> {
        return 0;
      }
      default -> {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length != 1) {
          problem(
              "`%s: %s` is not one character of ASCII".formatted(option.name(), text),
              "write one, such as `" + option.example() + "`");
          return 0;
        }
        return bytes[0];
      }
    }
  }
}
