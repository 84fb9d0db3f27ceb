package dev.millrace.project.option;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.project.ProjectError;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads YAML by the declaration of its block. Every unknown key, missing key and value of the wrong
 * type becomes a problem; what is right is kept, so that nothing hides behind the first problem.
 */
public final class OptionReader {
  private final Problems problems;
  private final TextRenderer renderer;
  private final Set<String> unread;

  /**
   * A reader that adds to {@code problems}.
   *
   * @param renderer for values that contain a template
   */
  public OptionReader(Problems problems, TextRenderer renderer) {
    this(problems, renderer, Set.of());
  }

  private OptionReader(Problems problems, TextRenderer renderer, Set<String> unread) {
    this.problems = problems;
    this.renderer = renderer;
    this.unread = Set.copyOf(unread);
  }

  /** The same reader, taking values of these keys as right where they contain a template. */
  public OptionReader leavingUnread(Set<String> keys) {
    return new OptionReader(problems, renderer, keys);
  }

  /** Reads a whole file, whose root must be a block; empty if it is something else. */
  public Optional<OptionBlock> root(YamlNode root, Block block) {
    if (root instanceof YamlNode.Mapping mapping) {
      return Optional.of(read(mapping, block));
    }
    wrong(root.where(), "expected a block of keys, found " + root.kind(), null);
    return Optional.empty();
  }

  /** Reads a block. */
  public OptionBlock read(YamlNode.Mapping node, Block block) {
    return read(node, block, "");
  }

  /** Reads a block that stands under a name of its author's choice. */
  public OptionBlock read(YamlNode.Mapping node, Block block, String name) {
    Values values = new Values(block, describe(node, block, name));
    for (YamlNode.Entry entry : node.entries()) {
      Optional<Option> option = block.option(entry.key().text());
      if (option.isEmpty()) {
        unknown(entry, block, values.title);
      } else if (!entry.value().isNull()) {
        values.read(option.get(), entry.value());
      }
    }
    for (Option option : block.options()) {
      if (node.get(option.name()).isEmpty()) {
        if (option.required()) {
          missing(node, option, values.title);
        }
      }
      values.fillIn(option);
    }
    return new OptionBlock(block, node, values.good, values.texts, values.blocks, name);
  }

  private static String describe(YamlNode.Mapping node, Block block, String name) {
    String own =
        name.isEmpty()
            ? node.get("name")
                .or(() -> node.get("title"))
                .filter(n -> n instanceof YamlNode.Scalar)
                .map(n -> ((YamlNode.Scalar) n).text())
                .orElse("")
            : name;
    return own.isEmpty() ? block.title() : block.title() + " `" + own + "`";
  }

  private void unknown(YamlNode.Entry entry, Block block, String title) {
    String key = entry.key().text();
    String hint = Suggestion.didYouMean(key, block.names());
    SourceLocation end = entry.value().where();
    SourceLocation begin = entry.key().where();
    boolean withoutColon =
        entry.value().isNull()
            && end.line() == begin.line()
            && end.column() == begin.column() + begin.length();
    if (withoutColon) {
      hint = "a text that contains a comma must stand in quotes between `{` and `}`";
    } else if (hint == null) {
      hint =
          block.options().isEmpty()
              ? "remove it"
              : "it can have "
                  + block.names().stream().sorted().collect(Collectors.joining("`, `", "`", "`"));
    }
    problems.error(
        ProjectError.UNKNOWN_KEY,
        entry.key().where(),
        "unknown key `" + key + "` in " + title,
        hint);
  }

  private void missing(YamlNode.Mapping node, Option option, String title) {
    String hint =
        option.example().isEmpty()
            ? ""
            : ", such as `" + option.name() + ": " + option.example() + "`";
    problems.error(
        ProjectError.MISSING_KEY,
        node.where(),
        title + " has no `" + option.name() + "`",
        "add `" + option.name() + "`" + hint + ": " + asClause(option.text()));
  }

  /** A sentence of the manual as the end of another one. */
  private static String asClause(String sentence) {
    String text = sentence.replaceFirst("\\.$", "");
    boolean acronym = text.length() > 1 && Character.isUpperCase(text.charAt(1));
    return text.isEmpty() || acronym
        ? text
        : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private void wrong(SourceLocation where, String message, @Nullable String hint) {
    problems.error(ProjectError.BAD_VALUE, where, message, hint);
  }

  /** Renders a text if it holds a template. */
  private Optional<YamlNode.Scalar> rendered(Option option, YamlNode.Scalar scalar) {
    String text = scalar.text();
    if (!text.contains("{{") && !text.contains("{%") && !text.contains("{#")) {
      return Optional.of(scalar);
    }
    return unread.contains(option.name()) ? Optional.empty() : renderer.render(scalar);
  }

  /** The values of one block while it is read. */
  private final class Values {
    private final Block block;
    private final String title;
    private final Map<String, Object> good = new HashMap<>();
    private final Map<String, List<OptionBlock.Located>> texts = new HashMap<>();
    private final Map<String, List<OptionBlock>> blocks = new HashMap<>();

    Values(Block block, String title) {
      this.block = block;
      this.title = title;
    }

    void read(Option option, YamlNode value) {
      Block.Nested nested = block.nested().get(option.name());
      if (nested != null) {
        blocks.put(option.name(), nested(option, nested, value));
      } else if (option.type() == OptionType.STRUCTURE) {
        Object plain =
            block.verbatim().contains(option.name()) ? value.plain() : structure(option, value);
        if (plain != null) {
          good.put(option.name(), plain);
        }
      } else if (option.type() == OptionType.TEXTS) {
        texts(option, value);
      } else if (value instanceof YamlNode.Scalar scalar) {
        scalar(option, scalar);
      } else {
        wrong(
            value.where(),
            "`"
                + option.name()
                + "` is "
                + value.kind()
                + ", expected "
                + ScalarOption.expected(option),
            null);
      }
    }

    private void scalar(Option option, YamlNode.Scalar given) {
      Optional<YamlNode.Scalar> scalar =
          block.verbatim().contains(option.name()) ? Optional.of(given) : rendered(option, given);
      if (scalar.isEmpty()) {
        return;
      }
      Optional<Object> value = ScalarOption.read(option, scalar.get().text());
      if (value.isPresent()) {
        good.put(option.name(), value.get());
        texts.put(option.name(), List.of(located(scalar.get())));
      } else {
        wrong(
            given.where(),
            ScalarOption.complaint(option, scalar.get().text()),
            ScalarOption.hint(option, scalar.get().text()));
      }
    }

    private void texts(Option option, YamlNode value) {
      List<YamlNode> items =
          value instanceof YamlNode.Sequence sequence ? sequence.items() : List.of(value);
      List<OptionBlock.Located> read = new ArrayList<>();
      for (YamlNode item : items) {
        if (!(item instanceof YamlNode.Scalar given) || item.isNull()) {
          wrong(
              item.where(),
              "`" + option.name() + "` contains " + item.kind() + ", expected a list of texts",
              null);
          continue;
        }
        Optional<YamlNode.Scalar> text = rendered(option, given);
        if (text.isPresent()) {
          read.add(located(text.get()));
          if (ScalarOption.read(option, text.get().text()).isEmpty()) {
            wrong(
                given.where(),
                ScalarOption.complaint(option, text.get().text()),
                ScalarOption.hint(option, text.get().text()));
          }
        }
      }
      texts.put(option.name(), List.copyOf(read));
      good.put(option.name(), read.stream().map(OptionBlock.Located::text).toList());
    }

    private OptionBlock.Located located(YamlNode.Scalar scalar) {
      return new OptionBlock.Located(scalar.text(), scalar.where(), scalar.places());
    }

    private List<OptionBlock> nested(Option option, Block.Nested nested, YamlNode value) {
      List<OptionBlock> read = new ArrayList<>();
      if (nested.shape() == Block.Shape.LIST) {
        return list(option.name(), value, nested.block().title(), item -> nested.block());
      } else if (nested.shape() == Block.Shape.NAMED && value instanceof YamlNode.Mapping mapping) {
        mapping
            .entries()
            .forEach(e -> block(nested.block(), e.value(), e.key().text()).ifPresent(read::add));
      } else {
        block(nested.block(), value, "").ifPresent(read::add);
      }
      return List.copyOf(read);
    }

    void fillIn(Option option) {
      String text = option.defaultText();
      if (text != null && !good.containsKey(option.name())) {
        Object value =
            option.type() == OptionType.TEXTS
                ? List.of(text.split(", "))
                : ScalarOption.read(option, text).orElseThrow();
        good.put(option.name(), value);
      }
    }
  }

  /**
   * Reads a list of blocks.
   *
   * @param key above the list
   * @param title of one of its blocks
   * @param declaration of a block
   */
  public List<OptionBlock> list(
      String key, YamlNode value, String title, Function<YamlNode.Mapping, Block> declaration) {
    List<OptionBlock> read = new ArrayList<>();
    if (!(value instanceof YamlNode.Sequence sequence)) {
      wrong(
          value.where(),
          "`" + key + "` is " + value.kind() + ", expected a list",
          "begin each " + title + " with `- `");
      return read;
    }
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Mapping mapping) {
        read.add(read(mapping, declaration.apply(mapping)));
      } else {
        notBlock(title, item);
      }
    }
    return List.copyOf(read);
  }

  private Optional<OptionBlock> block(Block declaration, YamlNode value, String name) {
    if (value instanceof YamlNode.Mapping mapping) {
      return Optional.of(read(mapping, declaration, name));
    }
    notBlock(declaration.title(), value);
    return Optional.empty();
  }

  private void notBlock(String title, YamlNode value) {
    wrong(
        value.where(), "expected a " + title + " as a block of keys, found " + value.kind(), null);
  }

  /** A connector's own structure, with its templates rendered. */
  private @Nullable Object structure(Option option, YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (YamlNode.Entry entry : mapping.entries()) {
        Object value = structure(option, entry.value());
        if (value != null) {
          values.put(entry.key().text(), value);
        }
      }
      return values;
    }
    if (node instanceof YamlNode.Sequence sequence) {
      List<Object> values = new ArrayList<>();
      for (YamlNode item : sequence.items()) {
        Object value = structure(option, item);
        if (value != null) {
          values.add(value);
        }
      }
      return values;
    }
    return rendered(option, (YamlNode.Scalar) node).map(YamlNode::plain).orElse(null);
  }
}
