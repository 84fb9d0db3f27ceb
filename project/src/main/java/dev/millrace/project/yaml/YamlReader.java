package dev.millrace.project.yaml;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.ProjectError;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML 1.2 document into a tree with places. It is built from parse events rather than
 * from the library's own objects, because those lose the places of keys, cannot report a duplicate
 * key and go on, and follow aliases without a bound. Merge keys ({@code <<: *anchor}) are resolved
 * as in YAML 1.1, which dbt projects use.
 */
public final class YamlReader {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_NODES = 200_000;

  private final TextFile file;
  private final Problems problems;
  private final LineIndex lines;
  private final boolean basicPlaneOnly;
  private final boolean lastWins;
  private final Map<String, YamlNode> anchors = new HashMap<>();
  private Iterator<Event> events = List.<Event>of().iterator();
  private int nodes;

  private YamlReader(TextFile file, Problems problems, boolean lastWins) {
    this.file = file;
    this.lines = new LineIndex(file);
    this.problems = problems;
    this.lastWins = lastWins;
    this.basicPlaneOnly =
        file.text().codePointCount(0, file.text().length()) == file.text().length();
  }

  /**
   * The file's document. Empty if it is no YAML, which is then a problem, or holds nothing but
   * comments, which is none.
   */
  public static Optional<YamlNode> read(TextFile file, Problems problems) {
    return new YamlReader(file, problems, false).document();
  }

  /**
   * The same as Python's YAML reads it: of a key that is in a block twice the last one counts,
   * which is a warning.
   */
  public static Optional<YamlNode> readAsPython(TextFile file, Problems problems) {
    return new YamlReader(file, problems, true).document();
  }

  private Optional<YamlNode> document() {
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.path()).setUseMarks(true).build();
      events = new Parse(settings).parseString(file.text()).iterator();
      events.next();
      if (!(events.next().getEventId() == Event.ID.DocumentStart)) {
        return Optional.empty();
      }
      YamlNode root = node(events.next(), 0);
      events.next();
      Event end = events.next();
      if (end.getEventId() != Event.ID.StreamEnd) {
        syntax(at(end.getStartMark(), 3), "a second document in one file", "use a file for each");
      }
      return root.isNull() ? Optional.empty() : Optional.of(root);
    } catch (BadYaml e) {
      return Optional.empty();
    } catch (MarkedYamlEngineException e) {
      explain(e);
    } catch (ReaderException e) {
      syntax(
          lines.at(offset(e.getPosition()), 1),
          String.format("the character U+%04X is not allowed in YAML", e.getCodePoint()),
          "write it as an escape in double quotes, or remove it");
    } catch (YamlEngineException e) {
      syntax(SourceLocation.ofFile(file.path()), String.valueOf(e.getMessage()), null);
    }
    return Optional.empty();
  }

  private YamlNode node(Event event, int depth) {
    if (depth > MAX_DEPTH) {
      throw fatal(
          at(event.getStartMark(), 1), "blocks are nested more than " + MAX_DEPTH + " deep");
    }
    if (++nodes > MAX_NODES) {
      throw fatal(at(event.getStartMark(), 1), "more than " + MAX_NODES + " values in one file");
    }
    if (event instanceof AliasEvent alias) {
      return alias(alias);
    }
    Optional<String> anchor = ((NodeEvent) event).getAnchor().map(Object::toString);
    anchor.ifPresent(anchors::remove);
    YamlNode node;
    if (event instanceof ScalarEvent scalar) {
      node = scalar(scalar);
    } else if (event instanceof SequenceStartEvent sequence) {
      node = sequence(sequence, depth);
    } else {
      node = mapping((MappingStartEvent) event, depth);
    }
    anchor.ifPresent(name -> anchors.put(name, node));
    return node;
  }

  private YamlNode alias(AliasEvent event) {
    String name = event.getAlias().toString();
    YamlNode node = anchors.get(name);
    if (node == null) {
      String hint = Suggestion.didYouMean(name, anchors.keySet());
      syntax(at(event), "no anchor `&" + name + "` before this alias", hint);
      throw new BadYaml();
    }
    nodes += size(node);
    return node;
  }

  private static int size(YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      return 1 + mapping.entries().stream().mapToInt(e -> size(e.value())).sum();
    }
    if (node instanceof YamlNode.Sequence sequence) {
      return 1 + sequence.items().stream().mapToInt(YamlReader::size).sum();
    }
    return 1;
  }

  private YamlNode.Scalar scalar(ScalarEvent event) {
    boolean quoted =
        !event.isPlain() || event.getTag().filter("tag:yaml.org,2002:str"::equals).isPresent();
    int start = offset(event.getStartMark());
    int end = offset(event.getEndMark());
    ScalarPlaces places =
        new ScalarPlaces(
            file, start, end, event.getValue(), event.isDQuoted() || event.isSQuoted());
    SourceLocation where =
        event.isLiteral() || event.isFolded()
            ? places.locate(0, event.getValue().length())
            : lines.at(start, end - start);
    return new YamlNode.Scalar(event.getValue(), quoted, where, places);
  }

  private YamlNode sequence(SequenceStartEvent start, int depth) {
    List<YamlNode> items = new ArrayList<>();
    for (Event event = events.next();
        event.getEventId() != Event.ID.SequenceEnd;
        event = events.next()) {
      items.add(node(event, depth + 1));
    }
    return new YamlNode.Sequence(items, at(start));
  }

  private YamlNode mapping(MappingStartEvent start, int depth) {
    Map<String, YamlNode.Entry> own = new LinkedHashMap<>();
    List<YamlNode> merged = new ArrayList<>();
    for (Event event = events.next();
        event.getEventId() != Event.ID.MappingEnd;
        event = events.next()) {
      YamlNode key = node(event, depth + 1);
      YamlNode value = node(events.next(), depth + 1);
      if (!(key instanceof YamlNode.Scalar name)) {
        syntax(key.where(), "a key is " + key.kind(), quoteBraces(key));
        throw new BadYaml();
      } else if (name.text().equals("<<") && !name.quoted()) {
        merged.add(value);
      } else {
        put(own, new YamlNode.Entry(name, value));
      }
    }
    merged.forEach(value -> merge(value, own));
    List<YamlNode.Entry> entries = List.copyOf(own.values());
    SourceLocation where =
        start.isFlow() || entries.isEmpty() ? at(start) : entries.get(0).key().where();
    return new YamlNode.Mapping(entries, where);
  }

  private static @Nullable String quoteBraces(YamlNode key) {
    return key instanceof YamlNode.Mapping
        ? "a template must stand in quotes: `\"{{ ... }}\"`"
        : null;
  }

  private void put(Map<String, YamlNode.Entry> own, YamlNode.Entry entry) {
    YamlNode.Entry first = own.putIfAbsent(entry.key().text(), entry);
    if (first != null && lastWins) {
      own.put(entry.key().text(), entry);
      problems.warning(
          ProjectError.DUPLICATE_KEY,
          entry.key().where(),
          "key `" + entry.key().text() + "` is here twice; the last one counts",
          "the first one is in line " + first.key().where().line());
    } else if (first != null) {
      problems.error(
          ProjectError.DUPLICATE_KEY,
          entry.key().where(),
          "key `" + entry.key().text() + "` is here twice",
          "the first one is in line " + first.key().where().line());
    }
  }

  private void merge(YamlNode value, Map<String, YamlNode.Entry> own) {
    if (value instanceof YamlNode.Mapping mapping) {
      mapping.entries().forEach(e -> own.putIfAbsent(e.key().text(), e));
    } else if (value instanceof YamlNode.Sequence sequence) {
      sequence.items().forEach(item -> merge(item, own));
    } else {
      syntax(
          value.where(),
          "`<<` merges a block, and this is " + value.kind(),
          "use an alias: `<<: *name`");
    }
  }

  /** Says a parser's complaint in words that name the usual cause. */
  private void explain(MarkedYamlEngineException e) {
    String problem = String.valueOf(e.getProblem());
    int offset = e.getProblemMark().map(this::offset).orElse(0);
    SourceLocation where = lines.at(offset, 1);
    if (problem.contains("\\t(TAB)")) {
      syntax(where, "a tab cannot indent YAML", "use spaces");
    } else if (problem.contains("mapping values are not allowed")) {
      syntax(
          where,
          "a `:` where no key can stand",
          "quote a text that contains `: `, or check the indentation");
    } else if (problem.contains("could not find expected ':'")) {
      syntax(where, "this line, or the one before it, is a key without a `:`", null);
    } else if (problem.contains("<block end>")) {
      syntax(
          where,
          "the indentation does not fit the lines before",
          "keys of one block begin in one column");
    } else if (problem.contains("unexpected end of stream")) {
      SourceLocation open = e.getContextMark().map(m -> at(m, 1)).orElse(where);
      syntax(open, "a quote is never closed", "add the closing quote");
    } else if (problem.startsWith("expected ',' or")) {
      SourceLocation open = e.getContextMark().map(m -> at(m, 1)).orElse(where);
      String bracket = problem.contains("'}'") ? "}" : "]";
      syntax(
          where,
          "expected `,` or `" + bracket + "`",
          "the bracket was opened at line " + open.line() + ", column " + open.column());
    } else {
      syntax(where, "not YAML: " + problem, null);
    }
  }

  private void syntax(SourceLocation where, String message, @Nullable String hint) {
    problems.error(ProjectError.YAML_SYNTAX, where, message, hint);
  }

  private BadYaml fatal(SourceLocation where, String message) {
    syntax(where, message, null);
    return new BadYaml();
  }

  private SourceLocation at(Event event) {
    int start = offset(event.getStartMark());
    return lines.at(start, Math.max(1, offset(event.getEndMark()) - start));
  }

  private SourceLocation at(Optional<Mark> mark, int length) {
    return lines.at(offset(mark), length);
  }

  private SourceLocation at(Mark mark, int length) {
    return lines.at(offset(mark), length);
  }

  private int offset(Optional<Mark> mark) {
    return mark.map(this::offset).orElse(0);
  }

  private int offset(Mark mark) {
    return offset(mark.getIndex());
  }

  /** The library counts code points; Java counts UTF-16 code units. */
  private int offset(int codePoints) {
    if (basicPlaneOnly) {
      return codePoints;
    }
    int all = file.text().codePointCount(0, file.text().length());
    return file.text().offsetByCodePoints(0, Math.min(codePoints, all));
  }

  /** The file cannot be read on; the problem is already told. */
  private static final class BadYaml extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadYaml() {
      super(null, null, false, false);
    }
  }
}
