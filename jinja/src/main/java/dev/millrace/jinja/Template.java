package dev.millrace.jinja;

import dev.millrace.jinja.value.PythonError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiled template. Immutable; threads may render it at the same time. */
public final class Template {
  /** A block as compiled. */
  record Block(String name, boolean required, int frameSize, Exec body) {}

  private final Environment environment;
  private final Site start;
  private final Exec body;
  private final int frameSize;
  private final Map<String, Block> blocks;
  private final @Nullable Eval single;
  private final List<MacroSignature> macros;

  Template(
      Environment environment,
      Site start,
      Exec body,
      int frameSize,
      Map<String, Block> blocks,
      @Nullable Eval single,
      List<MacroSignature> macros) {
    this.environment = environment;
    this.start = start;
    this.body = body;
    this.frameSize = frameSize;
    this.blocks = blocks;
    this.single = single;
    this.macros = macros;
  }

  public String name() {
    return start.source().name();
  }

  /** The macros in the order of the file, for a template of {@link Environment#compileMacros}. */
  public List<MacroSignature> macros() {
    return macros;
  }

  Map<String, Block> blocks() {
    return blocks;
  }

  /**
   * Renders the template.
   *
   * @param context the variables; it is only read, and only for names that the template uses, so it
   *     may compute its values
   * @throws TemplateException when an expression fails
   */
  public Rendered render(Map<String, ? extends @Nullable Object> context) {
    Output out = Output.traced();
    execute(new Run(environment, new Context(context, environment.globals(), null)), out);
    return out.rendered();
  }

  /**
   * The value of a template that is one expression, {@code {{ a + 1 }}} and nothing around it;
   * otherwise the rendered text.
   */
  public @Nullable Object evaluate(Map<String, ? extends @Nullable Object> context) {
    if (single == null) {
      return render(context).text();
    }
    Run run = new Run(environment, new Context(context, environment.globals(), null));
    Eval expression = single;
    return guarded(() -> expression.eval(new Frame(run, null, frameSize, Output.untraced())));
  }

  /**
   * Runs the template for what its top level defines: its macros become callable from elsewhere.
   *
   * @param context the variables that the macros see, read whenever they run
   */
  public Module module(Map<String, ? extends @Nullable Object> context) {
    return module(new Context(context, environment.globals(), null));
  }

  Module module(Context context) {
    Run run = new Run(environment, context);
    Output out = Output.untraced();
    execute(run, out);
    return new Module(name(), context.exported(), out.text());
  }

  /** Runs this template and then those that it extends, one after the other. */
  void execute(Run run, Output out) {
    run.addBlocks(this);
    guarded(
        () -> {
          Template template = this;
          while (template != null) {
            run.parent = null;
            template.body.run(new Frame(run, null, template.frameSize, out));
            template = run.parent;
          }
          return null;
        });
  }

  /** Work that may throw without saying where. */
  private interface Work {
    @Nullable Object run();
  }

  private @Nullable Object guarded(Work work) {
    try {
      return work.run();
    } catch (StackOverflowError e) {
      throw start.error("RecursionError", "maximum recursion depth exceeded", e);
    } catch (PythonError e) {
      throw start.error(e);
    } catch (MacroReturn e) {
      throw start.error("TypeError", "return outside of a macro", e);
    }
  }

  @Override
  public String toString() {
    return "<Template '" + name() + "'>";
  }
}
