package dev.millrace.project.option;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.project.yaml.YamlNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One block as it was read: its good values, and the place of each. A value that is wrong is a
 * problem already and is absent here (or its default), so that reading goes on to the next problem.
 */
public final class OptionBlock {
  private final Block declaration;
  private final YamlNode.Mapping node;
  private final Map<String, Object> values;
  private final Options options;
  private final Map<String, List<Located>> texts;
  private final Map<String, List<OptionBlock>> blocks;
  private final String name;

  OptionBlock(
      Block declaration,
      YamlNode.Mapping node,
      Map<String, Object> values,
      Map<String, List<Located>> texts,
      Map<String, List<OptionBlock>> blocks,
      String name) {
    this.declaration = declaration;
    this.node = node;
    this.values = Map.copyOf(values);
    this.options = new Options(declaration.options(), values);
    this.texts = Map.copyOf(texts);
    this.blocks = Map.copyOf(blocks);
    this.name = name;
  }

  /** A text and its place. */
  public record Located(String text, SourceLocation where, YamlNode.Places places) {}

  /** A BOOLEAN option that has a default. */
  public boolean flag(String key) {
    return options.flag(key);
  }

  /**
   * The good values of some of its keys, such as a connector's. A required one may be missing if
   * there are problems.
   */
  public Options options(List<Option> some) {
    return new Options(some, values(some));
  }

  /** The good values of some of its keys, by name. */
  public Map<String, Object> values(List<Option> some) {
    Map<String, Object> chosen = new HashMap<>();
    for (Option option : some) {
      Object value = values.get(option.name());
      if (value != null) {
        chosen.put(option.name(), value);
      }
    }
    return chosen;
  }

  /** The name above a block of shape {@link Block.Shape#NAMED}, else empty text. */
  public String name() {
    return name;
  }

  /** Where the block begins. */
  public SourceLocation where() {
    return node.where();
  }

  /** The value's place; the block's if the key is not given. */
  public SourceLocation where(String key) {
    return node.get(key).map(YamlNode::where).orElse(node.where());
  }

  /** The key's place; the block's if it is not given. */
  public SourceLocation keyPlace(String key) {
    return node.entries().stream()
        .filter(e -> e.key().text().equals(key))
        .map(e -> e.key().where())
        .findFirst()
        .orElse(node.where());
  }

  /** The places of the values of all keys that are given. */
  public Map<String, SourceLocation> places() {
    Map<String, SourceLocation> places = new HashMap<>();
    node.entries().forEach(e -> places.putIfAbsent(e.key().text(), e.value().where()));
    return places;
  }

  /** True if the author gave the key a value, right or wrong. */
  public boolean given(String key) {
    return node.get(key).isPresent();
  }

  /** The value as YAML has it, before rendering. */
  public Optional<YamlNode> node(String key) {
    return node.get(key);
  }

  /** A text, a secret or a choice: given and good, or the default. */
  public Optional<String> text(String key) {
    return options.has(key) ? Optional.of(options.text(key)) : Optional.empty();
  }

  /** The text with its place, if it was given and is good. */
  public Optional<Located> located(String key) {
    return texts.getOrDefault(key, List.of()).stream().findFirst();
  }

  /** The texts of a list with their places. */
  public List<Located> list(String key) {
    return texts.getOrDefault(key, List.of());
  }

  /** A duration: given and good, or the default. */
  public Optional<Duration> duration(String key) {
    return options.optionalDuration(key);
  }

  /** A whole number or a size: given and good, or the default. */
  public Optional<Long> number(String key) {
    return options.has(key) ? Optional.of(options.number(key)) : Optional.empty();
  }

  /** The block under a key of shape {@link Block.Shape#ONE}. */
  public Optional<OptionBlock> block(String key) {
    return blocks(key).stream().findFirst();
  }

  /** The blocks under a key. */
  public List<OptionBlock> blocks(String key) {
    if (!declaration.nested().containsKey(key)) {
      throw new IllegalStateException("key " + key + " holds no blocks");
    }
    return blocks.getOrDefault(key, List.of());
  }
}
