package dev.millrace.project.option;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of one block of YAML, declared once: the reader, its messages, the manual's tables and
 * the editor's schema come from here.
 *
 * @param title what a message calls the block, such as {@code stream}
 * @param text one sentence for the manual
 * @param options its keys, in the manual's order
 * @param nested for keys that hold blocks themselves, by key; each is also an option of type
 *     STRUCTURE
 * @param verbatim keys whose templates are not rendered here
 */
public record Block(
    String title,
    String text,
    List<Option> options,
    Map<String, Nested> nested,
    List<String> verbatim) {

  /** Copies the collections. */
  public Block {
    options = List.copyOf(options);
    nested = Map.copyOf(nested);
    verbatim = List.copyOf(verbatim);
  }

  /** What stands under a key. */
  public record Nested(Shape shape, Block block) {}

  /** How many blocks stand under a key. */
  public enum Shape {
    /** One block. */
    ONE,
    /** A list of blocks. */
    LIST,
    /** Blocks under names that the author chooses. */
    NAMED
  }

  /** A block with these keys, none of which holds a block. */
  public static Block of(String title, String text, Option... options) {
    return new Block(title, text, List.of(options), Map.of(), List.of());
  }

  /** The same with a key that holds blocks and may be left out. */
  public Block with(String key, Shape shape, Block block) {
    return nest(Option.optional(key, OptionType.STRUCTURE, block.text(), ""), shape, block);
  }

  /** The same with a key that holds blocks and must be given. */
  public Block withRequired(String key, Shape shape, Block block) {
    return nest(Option.required(key, OptionType.STRUCTURE, block.text(), ""), shape, block);
  }

  private Block nest(Option option, Shape shape, Block block) {
    Map<String, Nested> more = new LinkedHashMap<>(nested);
    more.put(option.name(), new Nested(shape, block));
    return new Block(title, text, append(List.of(option)), more, verbatim);
  }

  /** The same with more keys, such as a connector's. */
  public Block plus(Collection<Option> more) {
    return new Block(title, text, append(more), nested, verbatim);
  }

  /** The same, leaving templates under these keys as they are. */
  public Block verbatim(String... keys) {
    return new Block(title, text, options, nested, List.of(keys));
  }

  private List<Option> append(Collection<Option> more) {
    List<Option> all = new ArrayList<>(options);
    all.addAll(more);
    return all;
  }

  /** The key's declaration. */
  public Optional<Option> option(String name) {
    return options.stream().filter(o -> o.name().equals(name)).findFirst();
  }

  /** Every key, in order. */
  public List<String> names() {
    return options.stream().map(Option::name).toList();
  }
}
