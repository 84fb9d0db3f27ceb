package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.SafeString;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One rendering of a template: its context, and the blocks that it and its parents define. */
final class Run {
  final Environment environment;
  final Context context;
  final Evaluation evaluation;
  boolean autoescape;
  @Nullable Template parent;
  private final Map<String, List<Template.Block>> blocks;

  Run(Environment environment, Context context) {
    this(environment, context, new HashMap<>(), environment.autoescape());
  }

  private Run(
      Environment environment,
      Context context,
      Map<String, List<Template.Block>> blocks,
      boolean autoescape) {
    this.environment = environment;
    this.context = context;
    this.blocks = blocks;
    this.autoescape = autoescape;
    this.evaluation = new Evaluation(this);
  }

  /** The same rendering seen from a scoped block. */
  Run in(Context scoped) {
    return new Run(environment, scoped, blocks, autoescape);
  }

  void addBlocks(Template template) {
    template
        .blocks()
        .forEach((name, block) -> blocks.computeIfAbsent(name, n -> new ArrayList<>()).add(block));
  }

  /** Takes note of a macro of the top level; {@code bind} makes it a variable too. */
  void macro(String name, Macro macro, boolean bind) {
    if (bind) {
      context.export(name, macro);
    } else {
      context.exportOnly(name, macro);
    }
  }

  @Nullable Object variable(String name) {
    Object value = context.resolve(name);
    if (value != Frame.UNSET) {
      return value;
    }
    return name.equals("self")
        ? new SelfReference()
        : Undefined.variable(environment.undefined(), name);
  }

  /** Renders the block of that name that the most derived template gives. */
  void block(String name, int level, Output out) {
    List<Template.Block> levels = blocks.getOrDefault(name, List.of());
    Template.Block block = levels.get(level);
    Frame frame = new Frame(this, null, block.frameSize(), out);
    frame.slots[0] = superOf(name, level);
    block.body().run(frame);
  }

  boolean isRequired(String name) {
    return blocks.getOrDefault(name, List.of()).get(0).required();
  }

  private Object superOf(String name, int level) {
    if (level + 1 < blocks.getOrDefault(name, List.of()).size()) {
      return new BlockReference(name, level + 1);
    }
    return Undefined.because(
        environment.undefined(), "there is no parent block called '" + name + "'.", "super");
  }

  /** Text as the value of an expression: safe already if escaping is on. */
  Object text(String text) {
    return autoescape ? new SafeString(text) : text;
  }

  /** {@code super} inside a block, or {@code self.name}. */
  private final class BlockReference implements Callable, Attributes {
    private final String name;
    private final int level;

    BlockReference(String name, int level) {
      this.name = name;
      this.level = level;
    }

    @Override
    public Object call(Arguments arguments) {
      Output out = Output.untraced();
      block(name, level, out);
      return text(out.text());
    }

    @Override
    public @Nullable Object attribute(String attribute) {
      return attribute.equals("super") ? superOf(name, level) : ABSENT;
    }
  }

  /** {@code self}: the template's blocks as functions. */
  private final class SelfReference implements Attributes {
    @Override
    public @Nullable Object attribute(String name) {
      return blocks.containsKey(name) ? new BlockReference(name, 0) : ABSENT;
    }

    @Override
    public String typeName() {
      return "TemplateReference";
    }
  }
}
