package dev.millrace.connect.clickhouse;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.data_formats.internal.BinaryStreamReader;
import com.clickhouse.client.api.query.GenericRecord;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.testing.OptionValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The embedded ClickHouse that the tests of a class share, and reading from it. Where its engine
 * cannot be had they are skipped, which {@code ./check} says at its end.
 */
final class EmbeddedClickHouse implements BeforeAllCallback, AfterAllCallback {
  private @Nullable Path project;
  private @Nullable ClickHouseSystem system;
  private Map<String, String> options = Map.of();

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    project = Files.createTempDirectory("clickhouse");
    DataFolder folder = DataFolder.open(project);
    system =
        new ClickHouseSystem("clickhouse", "kit", folder.resolve("clickhouse"), new Ports(folder));
    start();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (project != null) {
      stop();
      try (Stream<Path> files = Files.walk(project)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  ClickHouseSystem system() {
    return Objects.requireNonNull(system);
  }

  void start() {
    Map<String, String> texts = new LinkedHashMap<>();
    system().start().forEach((name, value) -> texts.put(name, value.toString()));
    options = texts;
  }

  void stop() {
    system().stop();
  }

  /** The system options, with others in place of some. */
  Map<String, String> options(String... changes) {
    Map<String, String> changed = new LinkedHashMap<>(options);
    for (int i = 0; i < changes.length; i += 2) {
      changed.put(changes[i], changes[i + 1]);
    }
    return changed;
  }

  private Client connect() {
    return ClickHouseAddress.of(OptionValues.of(ClickHouseAddress.OPTIONS, options))
        .connect("test", "kit");
  }

  void execute(String sql) {
    try (Client client = connect()) {
      client.execute(sql).get().close();
    } catch (Exception e) {
      throw new AssertionError(sql, e);
    }
  }

  /** The values of a query, rows in lines, columns parted by a bar. */
  String query(String sql) {
    try (Client client = connect()) {
      return client.queryAll(sql).stream()
          .map(
              row ->
                  row.getSchema().getColumns().stream()
                      .map(c -> String.valueOf(row.getObject(c.getColumnName())))
                      .collect(Collectors.joining("|")))
          .collect(Collectors.joining("\n"));
    }
  }

  List<List<@Nullable Object>> read(String table, Schema schema, boolean last) {
    String columns =
        schema.columns().stream()
            .map(EmbeddedClickHouse::selected)
            .collect(Collectors.joining(", "));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (Client client = connect()) {
      for (GenericRecord row :
          client.queryAll("SELECT " + columns + " FROM " + table + (last ? " FINAL" : ""))) {
        @Nullable Object[] values = new @Nullable Object[schema.columns().size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = value(row.getObject(i + 1), schema.columns().get(i).type());
        }
        rows.add(Arrays.asList(values));
      }
    }
    return rows;
  }

  /** A column in a form that the client reads: it decodes no blobs, and no lists of times. */
  private static String selected(Column column) {
    String name = Sql.name(column.name());
    if (isBlob(column.type())) {
      return "hex(" + name + ") AS " + Sql.name("hex of " + column.name());
    }
    return isTimes(column.type())
        ? "arrayMap(t -> toUnixTimestamp64Micro(t), "
            + name
            + ") AS "
            + Sql.name("micros of " + column.name())
        : name;
  }

  private static boolean isTimes(DataType type) {
    return type.equals(new DataType.ListOf(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ)));
  }

  private static boolean isBlob(DataType type) {
    return type.equals(new DataType.Scalar(DataType.Kind.BLOB));
  }

  /** A value as the client gives it, in the class that a batch has for the type. */
  private static @Nullable Object value(@Nullable Object value, DataType type) {
    if (value == null) {
      return null;
    }
    if (type instanceof DataType.ListOf list) {
      List<?> elements =
          value instanceof BinaryStreamReader.ArrayValue array ? array.asList() : (List<?>) value;
      List<@Nullable Object> converted = new ArrayList<>();
      elements.forEach(e -> converted.add(value(e, list.element())));
      return converted;
    }
    if (type instanceof DataType.Struct struct) {
      Object[] parts = (Object[]) value;
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      for (int i = 0; i < parts.length; i++) {
        Column field = struct.fields().get(i);
        map.put(field.name(), value(parts[i], field.type()));
      }
      return map;
    }
    if (isBlob(type)) {
      return HexFormat.of().parseHex((String) value);
    }
    if (value instanceof Long micros
        && type.equals(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ))) {
      return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
    if (value instanceof ZonedDateTime time) {
      return type.equals(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ))
          ? time.toInstant()
          : type.equals(new DataType.Scalar(DataType.Kind.DATE))
              ? (Object) LocalDate.from(time)
              : time.withZoneSameInstant(ZoneOffset.UTC).toLocalDateTime();
    }
    return value;
  }
}
