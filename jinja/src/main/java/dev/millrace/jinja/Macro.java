package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Tuple;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A macro, or the body of a call block, with the variables around its definition. Calling it
 * returns its text, or the value of a {@link MacroReturn} thrown inside it.
 */
public final class Macro implements Callable, Attributes {
  /** A macro as compiled; slots of -1 are special names that its body does not use. */
  record Code(
      String name,
      boolean callBlock,
      List<String> parameters,
      List<Eval> defaults,
      int callerSlot,
      int varargsSlot,
      int kwargsSlot,
      int frameSize,
      Exec body,
      Site site) {}

  private final Code code;
  private final Frame definition;

  Macro(Code code, Frame definition) {
    this.code = code;
    this.definition = definition;
  }

  /** The macro's name; {@code caller} for the body of a call block. */
  public String name() {
    return code.name();
  }

  /** The names of its parameters. */
  public List<String> parameters() {
    return code.parameters();
  }

  /** The template that defines it. */
  public String template() {
    return code.site().source().name();
  }

  /** Where it is defined. */
  public Origin origin() {
    return code.site().origin(0, List.of());
  }

  @Override
  public @Nullable Object call(Arguments arguments) {
    Output out = Output.untraced();
    try {
      run(arguments, out);
    } catch (MacroReturn returned) {
      return valueOf(returned);
    }
    return definition.run.text(out.text());
  }

  /** Calls it for its text only, which goes to {@code out}; the value if it returned one. */
  void write(Arguments arguments, Output out, Site call) {
    int start = out.length();
    out.enter(call);
    try {
      run(arguments, out);
    } catch (MacroReturn returned) {
      Object value = valueOf(returned);
      out.truncate(start);
      out.write(Outputs.text(definition.run, value), code.site());
    } finally {
      out.leave();
    }
  }

  /** The returned value; the body of a call block returns from the macro that called it. */
  private @Nullable Object valueOf(MacroReturn returned) {
    if (code.callBlock()) {
      throw returned;
    }
    return returned.value();
  }

  private void run(Arguments arguments, Output out) {
    Frame frame = new Frame(definition.run, definition, code.frameSize(), out);
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(arguments.keywords());
    int count = code.parameters().size();
    int given = Math.min(arguments.count(), count);
    for (int i = 0; i < given; i++) {
      frame.slots[i] = arguments.at(i);
    }
    for (int i = given; i < count && !rest.isEmpty(); i++) {
      String name = code.parameters().get(i);
      if (rest.containsKey(name)) {
        frame.slots[i] = rest.remove(name);
      }
    }
    bindSpecials(arguments, rest, frame);
    int firstDefault = count - code.defaults().size();
    for (int i = given; i < count; i++) {
      if (frame.slots[i] == Frame.UNSET) {
        frame.slots[i] =
            i >= firstDefault
                ? code.defaults().get(i - firstDefault).eval(frame)
                : notProvided(code.parameters().get(i));
      }
    }
    code.body().run(frame);
  }

  private Undefined notProvided(String parameter) {
    return Undefined.because(
        definition.run.environment.undefined(),
        "parameter '" + parameter + "' was not provided",
        parameter);
  }

  private void bindSpecials(Arguments arguments, Map<String, @Nullable Object> rest, Frame frame) {
    if (code.callerSlot() >= 0) {
      boolean given = rest.containsKey("caller");
      Object caller = rest.remove("caller");
      frame.slots[code.callerSlot()] = given ? caller : noCaller();
    }
    if (code.kwargsSlot() >= 0) {
      frame.slots[code.kwargsSlot()] = new LinkedHashMap<>(rest);
    } else if (!rest.isEmpty()) {
      throw unexpectedKeyword(rest);
    }
    int count = code.parameters().size();
    if (code.varargsSlot() >= 0) {
      frame.slots[code.varargsSlot()] = Tuple.copyOf(arguments.skip(count).positional());
    } else if (arguments.count() > count) {
      throw PythonError.type(
          "macro '" + name() + "' takes not more than " + count + " argument(s)");
    }
  }

  private Object noCaller() {
    return Undefined.because(definition.run.environment.undefined(), "No caller defined", "caller");
  }

  private PythonError unexpectedKeyword(Map<String, @Nullable Object> rest) {
    if (rest.containsKey("caller") && !code.parameters().contains("caller")) {
      return PythonError.type(
          "macro '"
              + name()
              + "' was invoked with two values for the special caller argument."
              + " This is most likely a bug.");
    }
    String first = rest.keySet().iterator().next();
    return PythonError.type("macro '" + name() + "' takes no keyword argument '" + first + "'");
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "name" -> code.name();
      case "arguments" -> Tuple.copyOf(new ArrayList<>(code.parameters()));
      case "catch_kwargs" -> code.kwargsSlot() >= 0;
      case "catch_varargs" -> code.varargsSlot() >= 0;
      case "caller" -> code.callerSlot() >= 0;
      default -> ABSENT;
    };
  }

  @Override
  public String toString() {
    return "<Macro '" + code.name() + "'>";
  }
}
