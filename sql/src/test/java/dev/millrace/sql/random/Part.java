package dev.millrace.sql.random;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A piece of a query's text that knows how it may be made smaller. */
public sealed interface Part {
  /** The SQL. */
  String sql();

  /** The piece made smaller in one place, large cuts first. Not all of them are valid queries. */
  List<Part> smaller();

  /** A text and nothing else. */
  static Part text(String sql) {
    return new Text(sql);
  }

  /** Pieces one after the other; each is a text or a part. */
  static Part of(Object... pieces) {
    return new Sequence(
        Arrays.stream(pieces)
            .map(piece -> piece instanceof Part part ? part : new Text(String.valueOf(piece)))
            .toList());
  }

  /** Pieces with a separator between them, of which some may go. */
  static Part list(String separator, int least, List<Part> parts) {
    return new Listed(separator, least, List.copyOf(parts));
  }

  /** A piece that may go. */
  static Part maybe(Part part) {
    return new Maybe(part);
  }

  /** A piece in whose place others may stand. */
  static Part or(Part part, Part... instead) {
    return new Either(part, List.of(instead));
  }

  /** See {@link #text}. */
  record Text(String sql) implements Part {
    @Override
    public List<Part> smaller() {
      return List.of();
    }
  }

  /** See {@link #of}. */
  record Sequence(List<Part> parts) implements Part {
    @Override
    public String sql() {
      return parts.stream().map(Part::sql).collect(Collectors.joining());
    }

    @Override
    public List<Part> smaller() {
      List<Part> all = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        for (Part part : parts.get(i).smaller()) {
          List<Part> copy = new ArrayList<>(parts);
          copy.set(i, part);
          all.add(new Sequence(copy));
        }
      }
      return all;
    }
  }

  /** See {@link #list}. */
  record Listed(String separator, int least, List<Part> parts) implements Part {
    @Override
    public String sql() {
      return parts.stream().map(Part::sql).collect(Collectors.joining(separator));
    }

    @Override
    public List<Part> smaller() {
      List<Part> all = new ArrayList<>();
      for (int cut = parts.size() - least; cut > 0; cut /= 2) {
        for (int from = 0; from + cut <= parts.size(); from += cut) {
          List<Part> copy = new ArrayList<>(parts.subList(0, from));
          copy.addAll(parts.subList(from + cut, parts.size()));
          all.add(new Listed(separator, least, copy));
        }
      }
      for (int i = 0; i < parts.size(); i++) {
        for (Part part : parts.get(i).smaller()) {
          List<Part> copy = new ArrayList<>(parts);
          copy.set(i, part);
          all.add(new Listed(separator, least, copy));
        }
      }
      return all;
    }
  }

  /** See {@link #maybe}. */
  record Maybe(Part part) implements Part {
    @Override
    public String sql() {
      return part.sql();
    }

    @Override
    public List<Part> smaller() {
      List<Part> all = new ArrayList<>(List.of(new Text("")));
      part.smaller().forEach(smaller -> all.add(new Maybe(smaller)));
      return all;
    }
  }

  /** See {@link #or}. */
  record Either(Part part, List<Part> instead) implements Part {
    @Override
    public String sql() {
      return part.sql();
    }

    @Override
    public List<Part> smaller() {
      List<Part> all = new ArrayList<>(instead);
      part.smaller().forEach(smaller -> all.add(new Either(smaller, instead)));
      return all;
    }
  }
}
