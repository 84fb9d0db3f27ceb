package dev.millrace.jinja.value;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The value of a name or attribute that does not exist. What can be done with it is its behaviour.
 */
public final class Undefined {
  /** What a template may do with something undefined. */
  public enum Behaviour {
    /** It prints as nothing, is false and empty; anything else is an error. */
    DEFAULT("Undefined"),
    /** As {@link #DEFAULT}, but attributes and items of it are undefined again. */
    CHAINABLE("ChainableUndefined"),
    /** As {@link #DEFAULT}, but it prints as the expression that was undefined. */
    DEBUG("DebugUndefined"),
    /** Any use but {@code is defined} and {@code default} is an error. */
    STRICT("StrictUndefined"),
    /** As {@link #STRICT}, but an inline if without else that is false is nothing, no error. */
    STRICT_NAMES("StrictUndefined"),
    /** As {@link #CHAINABLE}, and calls of it are undefined again. */
    LENIENT("Undefined");

    private final String typeName;

    Behaviour(String typeName) {
      this.typeName = typeName;
    }
  }

  private final Behaviour behaviour;
  private final @Nullable String hint;
  private final @Nullable Object owner;
  private final @Nullable Object name;
  private final String errorType;

  private Undefined(
      Behaviour behaviour,
      @Nullable String hint,
      @Nullable Object owner,
      @Nullable Object name,
      String errorType) {
    this.behaviour = behaviour;
    this.hint = hint;
    this.owner = owner;
    this.name = name;
    this.errorType = errorType;
  }

  /** A variable that nobody set. */
  public static Undefined variable(Behaviour behaviour, String name) {
    return new Undefined(behaviour, null, Missing.VALUE, name, "UndefinedError");
  }

  /** An attribute or item that {@code owner} does not have. */
  public static Undefined element(
      Behaviour behaviour, @Nullable Object owner, @Nullable Object name) {
    return new Undefined(behaviour, null, owner, name, "UndefinedError");
  }

  /** Something undefined whose use is explained by {@code hint}. */
  public static Undefined because(Behaviour behaviour, String hint, @Nullable String name) {
    return new Undefined(behaviour, hint, Missing.VALUE, name, "UndefinedError");
  }

  /** An attribute that the sandbox keeps from templates. */
  static Undefined unsafe(Behaviour behaviour, @Nullable Object owner, String name) {
    String text =
        "access to attribute '" + name + "' of '" + Types.name(owner) + "' object is unsafe.";
    return new Undefined(behaviour, text, owner, name, "SecurityError");
  }

  String typeName() {
    return behaviour.typeName;
  }

  /** The name that was looked up, if it was a name. */
  public @Nullable String name() {
    return name instanceof String text ? text : null;
  }

  /** Why it is undefined, in Jinja's words. */
  public String message() {
    if (hint != null) {
      return hint;
    }
    if (owner == Missing.VALUE) {
      return Printing.repr(name) + " is undefined";
    }
    if (!(name instanceof String)) {
      return Types.describe(owner) + " has no element " + Printing.repr(name);
    }
    return "'" + Types.describe(owner) + "' has no attribute " + Printing.repr(name);
  }

  /** The error that a forbidden use is. */
  public PythonError error() {
    return new PythonError(errorType, message());
  }

  private boolean strict() {
    return behaviour == Behaviour.STRICT || behaviour == Behaviour.STRICT_NAMES;
  }

  void checkEquality() {
    checkUse();
  }

  /** Throws if even printing, iterating or testing it is forbidden. */
  void checkUse() {
    if (strict()) {
      throw error();
    }
  }

  /** The value of an attribute or item of it. */
  Undefined child() {
    if (behaviour == Behaviour.CHAINABLE || behaviour == Behaviour.LENIENT) {
      return this;
    }
    throw error();
  }

  /** The value of calling it. */
  public Undefined called() {
    if (behaviour == Behaviour.LENIENT) {
      return this;
    }
    throw error();
  }

  /** How it prints. */
  String text() {
    checkUse();
    if (behaviour != Behaviour.DEBUG) {
      return "";
    }
    if (hint != null) {
      return "{{ undefined value printed: " + hint + " }}";
    }
    if (owner == Missing.VALUE) {
      return "{{ " + name + " }}";
    }
    return "{{ no such element: " + Types.describe(owner) + "[" + Printing.repr(name) + "] }}";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return Objects.hash(Undefined.class);
  }

  @Override
  public String toString() {
    return "Undefined";
  }
}
