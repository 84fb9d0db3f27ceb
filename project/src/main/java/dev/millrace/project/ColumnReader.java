package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.project.RecordFormat.Encoding;
import dev.millrace.project.RecordFormat.Field;
import dev.millrace.project.RecordFormat.Part;
import dev.millrace.project.option.OptionBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the columns of a source's stream: names, types, and where in a record they are. */
final class ColumnReader {
  /** In place of a type that is none, so that what names the column is not faulty as well. */
  static final DataType UNKNOWN_TYPE = new DataType.Struct(List.of());

  /** A step of a path. */
  private static final Pattern STEP =
      Pattern.compile("\\.([A-Za-z_][A-Za-z0-9_-]*)|\\.\"([^\"\\\\]+)\"|\\[([0-9]{1,9})]");

  private static final Set<DataType.Kind> TIMES =
      EnumSet.of(DataType.Kind.TIMESTAMP, DataType.Kind.TIMESTAMPTZ, DataType.Kind.TIME);

  private final Problems problems;

  ColumnReader(Problems problems) {
    this.problems = problems;
  }

  /** The columns, and where each is. */
  record Columns(List<Column> columns, List<Field> fields) {}

  Columns read(OptionBlock stream) {
    Names names = Names.ofColumns(problems);
    List<Column> columns = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (OptionBlock block : stream.blocks("columns")) {
      block.located("name").ifPresent(n -> names.add(n.text(), n.where()));
      DataType type = block.located("type").flatMap(this::type).orElse(UNKNOWN_TYPE);
      block
          .text("name")
          .ifPresent(
              name -> {
                Column column = new Column(name, type);
                columns.add(column);
                fields.add(field(column, block));
              });
    }
    return new Columns(columns, fields);
  }

  private Optional<DataType> type(OptionBlock.Located text) {
    Optional<DataType> type = DataTypeParser.parse(text.text());
    if (type.isEmpty()) {
      List<String> known = new ArrayList<>();
      Arrays.stream(DataType.Kind.values()).forEach(k -> known.add(k.name()));
      known.addAll(List.of("DECIMAL(18,3)", "STRUCT(...)", "MAP(...)", "INT", "TEXT", "STRING"));
      String hint = Suggestion.didYouMean(text.text(), known);
      problems.error(
          ProjectError.BAD_VALUE,
          text.where(),
          "`" + text.text() + "` is no type",
          hint != null
              ? hint
              : "write it as DuckDB does: `BIGINT`, `DECIMAL(10,2)`, `VARCHAR[]`, `STRUCT(a INTEGER)`");
    }
    return type;
  }

  private Field field(Column column, OptionBlock block) {
    Encoding encoding = encoding(column, block);
    Optional<OptionBlock.Located> from = block.located("from");
    Field field =
        from.flatMap(f -> parse(f, encoding))
            .orElse(new Field(Part.VALUE, List.of(RecordFormat.path(column.name())), encoding));
    from.ifPresent(f -> checkType(column, field, f));
    List<OptionBlock.Located> aliases = block.list("aliases");
    if (aliases.isEmpty()) {
      return field;
    }
    if (field.part() != Part.VALUE || field.paths().contains(RecordFormat.WHOLE)) {
      problems.error(
          ProjectError.BAD_VALUE,
          aliases.get(0).where(),
          "`aliases` are for fields of the value, and `" + column.name() + "` is none",
          "leave `aliases` or `from` out");
      return field;
    }
    List<String> paths = new ArrayList<>(field.paths());
    aliases.forEach(a -> paths.add(RecordFormat.path(a.text())));
    return new Field(Part.VALUE, paths, encoding);
  }

  private Optional<Field> parse(OptionBlock.Located from, Encoding encoding) {
    String text = from.text();
    Optional<Field> field =
        switch (text) {
          case "value", "key" ->
              Optional.of(new Field(part(text), List.of(RecordFormat.WHOLE), encoding));
          case "rest", "timestamp", "topic", "partition", "offset" ->
              Optional.of(new Field(part(text), List.of(), encoding));
          default -> {
            if (text.startsWith("header.") && text.length() > 7) {
              yield Optional.of(new Field(Part.HEADER, List.of(text.substring(7)), encoding));
            }
            int dollar = text.indexOf('$');
            Optional<String> path =
                dollar < 0 ? Optional.empty() : path(text.substring(dollar + 1));
            yield switch (dollar < 0 ? text : text.substring(0, dollar)) {
              case "" -> path.map(p -> new Field(Part.VALUE, List.of(p), encoding));
              case "key." -> path.map(p -> new Field(Part.KEY, List.of(p), encoding));
              case "envelope." -> path.map(p -> new Field(Part.ENVELOPE, List.of(p), encoding));
              default -> Optional.empty();
            };
          }
        };
    if (field.isEmpty()) {
      problems.error(
          ProjectError.BAD_VALUE,
          from.where(),
          "`" + text + "` is no part of a record",
          "there are `$.field.deeper` of the value, `value`, `key`, `key.$.field`, `header.name`,"
              + " `envelope.$.ts_ms`, `rest`, `timestamp`, `topic`, `partition`, `offset`");
    }
    return field;
  }

  private static Part part(String name) {
    return Part.valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** A path behind its `$` as DuckDB writes it; empty if it is none. */
  private static Optional<String> path(String steps) {
    StringBuilder path = new StringBuilder("$");
    Matcher step = STEP.matcher(steps);
    int end = 0;
    while (end < steps.length() && step.find(end) && step.start() == end) {
      String name = step.group(1) != null ? step.group(1) : step.group(2);
      path.append(name == null ? "[" + step.group(3) + "]" : ".\"" + name + '"');
      end = step.end();
    }
    return end < steps.length() || end == 0 ? Optional.empty() : Optional.of(path.toString());
  }

  private Encoding encoding(Column column, OptionBlock block) {
    Optional<OptionBlock.Located> given = block.located("encoding");
    Encoding byDefault = is(column, DataType.Kind.BLOB) ? Encoding.BASE64 : Encoding.PLAIN;
    if (given.isEmpty() || column.type() == UNKNOWN_TYPE) {
      return byDefault;
    }
    Optional<Encoding> encoding =
        Arrays.stream(Encoding.values())
            .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(given.get().text()))
            .findFirst();
    if (encoding.isEmpty()) {
      return byDefault;
    }
    boolean fits =
        switch (encoding.get()) {
          case PLAIN -> true;
          case BASE64, HEX -> is(column, DataType.Kind.BLOB);
          case DAYS -> is(column, DataType.Kind.DATE);
          default ->
              column.type() instanceof DataType.Scalar scalar && TIMES.contains(scalar.kind());
        };
    if (!fits) {
      problems.error(
          ProjectError.BAD_VALUE,
          given.get().where(),
          "`encoding: " + given.get().text() + "` does not fit type " + column.type(),
          "`base64` and `hex` are for BLOB, `days` for DATE, the others for TIMESTAMP, TIMESTAMPTZ and TIME");
    }
    return fits ? encoding.get() : byDefault;
  }

  private static boolean is(Column column, DataType.Kind... kinds) {
    return column.type() instanceof DataType.Scalar scalar
        && Arrays.asList(kinds).contains(scalar.kind());
  }

  private void checkType(Column column, Field field, OptionBlock.Located from) {
    List<DataType.Kind> fitting =
        switch (field.part()) {
          case TIMESTAMP -> List.of(DataType.Kind.TIMESTAMPTZ, DataType.Kind.BIGINT);
          case TOPIC -> List.of(DataType.Kind.VARCHAR);
          case PARTITION -> List.of(DataType.Kind.INTEGER, DataType.Kind.BIGINT);
          case OFFSET -> List.of(DataType.Kind.BIGINT);
          case REST -> List.of(DataType.Kind.JSON, DataType.Kind.VARCHAR);
          case HEADER -> List.of(DataType.Kind.values());
          default -> List.of();
        };
    if (fitting.isEmpty() || column.type() == UNKNOWN_TYPE) {
      return;
    }
    if (!is(column, fitting.toArray(DataType.Kind[]::new))) {
      String kinds = fitting.stream().map(Enum::name).collect(Collectors.joining(" or "));
      problems.error(
          ProjectError.BAD_VALUE,
          from.where(),
          "`from: " + from.text() + "` does not fit type " + column.type(),
          field.part() == Part.HEADER
              ? "a header is a text, a number or the like"
              : "declare the column as " + kinds);
    }
  }
}
