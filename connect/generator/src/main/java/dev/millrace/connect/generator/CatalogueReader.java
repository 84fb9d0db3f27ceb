package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.millrace.api.type.DataType;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Reads the catalogues: tables that are in files of the project, or made up. */
final class CatalogueReader {
  private static final int MAX_ROWS = 1_000_000;
  private static final List<String> DRAWN =
      Stream.concat(ValueReader.KINDS.stream(), Stream.of("of")).toList();
  private static final DataType TEXT = new DataType.Scalar(DataType.Kind.VARCHAR);
  private static final DataType NUMBER = new DataType.Scalar(DataType.Kind.DOUBLE);
  private static final ObjectReader CSV =
      new CsvMapper()
          .readerForListOf(String.class)
          .with(CsvParser.Feature.WRAP_AS_ARRAY)
          .with(CsvParser.Feature.SKIP_EMPTY_LINES);

  private final Path folder;
  private final long seed;
  private final CRC32 content = new CRC32();
  private final Map<String, Catalogue> known = new LinkedHashMap<>();

  /**
   * A reader.
   *
   * @param folder against which files' names are resolved
   * @param seed of what is made up
   */
  CatalogueReader(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
  }

  /** The catalogues so far, in the order of the file. */
  List<Catalogue> known() {
    return List.copyOf(known.values());
  }

  /** Reads all of them; one may refer to those above it. */
  void read(Map<String, Block> blocks) {
    blocks.forEach((name, block) -> read(name, block).ifPresent(c -> known.put(name, c)));
  }

  /** The catalogue that a block names under a key; a problem and empty if there is none. */
  Optional<Catalogue> find(Block block, String key) {
    Optional<String> name = block.text(key);
    if (name.isPresent() && !known.containsKey(name.get())) {
      block.unknownName(key, "catalogue", name.get(), List.copyOf(known.keySet()));
    }
    return name.map(known::get);
  }

  private Optional<Catalogue> read(String name, Block block) {
    block.allow(List.of("file", "rows", "fields", "zipf", "weight"));
    if (block.has("file") == block.has("fields")) {
      block.bad(
          "",
          "needs either `file` or `fields`",
          "such as `file: seeds/songs.csv`, or `{rows: 500, fields: {title: {words: {to: 3}}}}`");
      return Optional.empty();
    }
    Columns columns = new Columns();
    int rows;
    if (block.has("file")) {
      rows = file(block, columns);
    } else {
      rows = (int) block.whole("rows", 1, MAX_ROWS).orElse(0);
      if (!block.has("rows")) {
        block.missing("rows", "`rows: 500`");
      }
      block.blocks("fields").forEach((column, field) -> columns.add(column, drawn(column, field)));
      if (columns.names().isEmpty()) {
        block.bad("fields", "needs a column", "such as `{title: {words: {to: 3}}}`");
        return Optional.empty();
      }
    }
    if (rows == 0) {
      return Optional.empty();
    }
    Catalogue alike = new Catalogue(name, rows, columns, seed);
    return popularity(block, alike).map(alike::with);
  }

  /** Reads a column, or an attribute, that is drawn. */
  Columns.Origin drawn(String name, Block block) {
    Optional<String> kind = block.kind(DRAWN, List.of("nulls"));
    long salt = Draw.salt(name);
    if (kind.isPresent() && kind.get().equals("of")) {
      Optional<Catalogue> to = find(block, "of");
      return to.isPresent() ? new Columns.Origin.Link(to.get(), salt) : new Columns.Origin.Unread();
    }
    if (kind.isEmpty() || ValueReader.read(block, kind.get(), TEXT).isEmpty()) {
      return new Columns.Origin.Unread();
    }
    double nulls = block.share("nulls").orElse(0);
    return new Columns.Origin.Drawn(block, kind.get(), salt, nulls);
  }

  private static Optional<Catalogue.Popularity> popularity(Block block, Catalogue alike) {
    if (block.has("weight")) {
      if (block.has("zipf")) {
        block.bad("zipf", "has no meaning beside `weight`", null);
      }
      return weights(block, alike);
    }
    double exponent = block.number("zipf", 1);
    if (exponent < 0 || exponent > 20) {
      block.bad(
          "zipf", "has to be from 0 to 20", "the rows in front are taken most; with 0 all alike");
      return Optional.empty();
    }
    if (exponent == 0) {
      return Optional.of(alike::pick);
    }
    Distribution zipf = new Distribution.Zipf(0, alike.rows() - 1L, exponent);
    return Optional.of(bits -> (int) zipf.sample(bits));
  }

  private static Optional<Catalogue.Popularity> weights(Block block, Catalogue alike) {
    Optional<double[]> weights = numbers(block, "weight", alike, block.text("weight").orElse(""));
    if (weights.isEmpty()) {
      return Optional.empty();
    }
    double[] limits = weights.get();
    double sum = 0;
    for (int row = 0; row < limits.length; row++) {
      sum += Math.max(0, limits[row]);
      limits[row] = sum;
    }
    if (sum <= 0) {
      block.bad("weight", "needs a column with positive numbers", null);
      return Optional.empty();
    }
    return Optional.of(bits -> Choice.pick(limits, bits));
  }

  /** A numeric column of all rows; 0 where it is null. Empty, with a problem, if it is none. */
  static Optional<double[]> numbers(Block user, String key, Catalogue of, String path) {
    return of.columns()
        .values(user, key, path, NUMBER)
        .map(
            column -> {
              double[] numbers = new double[of.rows()];
              for (int row = 0; row < numbers.length; row++) {
                numbers[row] = number(column, of.bits(row), row);
              }
              return numbers;
            });
  }

  private static double number(DrawnValues column, long bits, long row) {
    JsonBuffer out = new JsonBuffer();
    column.write(out, bits, row);
    String json = new String(out.copy(), UTF_8);
    return json.equals("null") ? 0 : Double.parseDouble(json);
  }

  /** Reads the columns of a file; returns how many rows it has, 0 if there is a problem. */
  private int file(Block block, Columns columns) {
    String name = block.text("file").orElse("");
    Path file = folder.resolve(name);
    List<List<String>> lines;
    try (Reader text = Files.newBufferedReader(file);
        MappingIterator<List<String>> found = CSV.readValues(text)) {
      lines = found.readAll();
    } catch (NoSuchFileException e) {
      block.bad("file", "names `" + name + "`, which is not there", "below the project's folder");
      return 0;
    } catch (IOException e) {
      block.bad("file", "names `" + name + "`, which cannot be read: " + e.getMessage(), null);
      return 0;
    }
    int rows = lines.size() - 1;
    if (rows < 1 || rows > MAX_ROWS) {
      block.bad(
          "file", "needs a line of names and 1 to " + MAX_ROWS + " rows, found " + rows, null);
      return 0;
    }
    List<String> names = lines.get(0);
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).size() != names.size()) {
        block.bad(
            "file",
            "names `%s`, whose row %d has %d fields instead of %d"
                .formatted(name, i, lines.get(i).size(), names.size()),
            null);
        return 0;
      }
    }
    for (int column = 0; column < names.size(); column++) {
      int place = column;
      List<String> texts = lines.subList(1, lines.size()).stream().map(l -> l.get(place)).toList();
      columns.add(names.get(column), new Columns.Origin.Written(texts));
    }
    content.update(String.valueOf(lines).getBytes(UTF_8));
    return rows;
  }

  /** Changes with the content of the files that were read. */
  String fingerprint() {
    return Long.toHexString(content.getValue());
  }
}
