package dev.millrace.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names that a scope assigns, known when it is compiled, and their slots. */
final class Scope {
  /** A slot that may hold a name's value: {@code depth} scopes further out. */
  record Place(int depth, int slot) {}

  final @Nullable Scope parent;
  private final boolean root;
  private final Map<String, Integer> slots = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  Scope(@Nullable Scope parent) {
    this(parent, false);
  }

  private Scope(@Nullable Scope parent, boolean root) {
    this.parent = parent;
    this.root = root;
  }

  /** The top level of a template, whose names go into the context too. */
  static Scope root() {
    return new Scope(null, true);
  }

  boolean isRoot() {
    return root;
  }

  int declare(String name) {
    return slots.computeIfAbsent(name, n -> slots.size());
  }

  int slot(String name) {
    return slots.getOrDefault(name, -1);
  }

  int size() {
    return slots.size();
  }

  /** Whether an expression read the name from this scope. */
  boolean uses(String name) {
    return used.contains(name);
  }

  /** Where to look for a name, the innermost scope first; after that comes the context. */
  List<Place> find(String name) {
    List<Place> places = new ArrayList<>();
    int depth = 0;
    for (Scope scope = this; scope != null; scope = scope.parent) {
      Integer slot = scope.slots.get(name);
      if (slot != null) {
        scope.used.add(name);
        places.add(new Place(depth, slot));
      }
      depth++;
    }
    return places;
  }

  /** The names that the context does not have, with their places. */
  Map<String, List<Place>> locals() {
    Map<String, List<Place>> locals = new HashMap<>();
    for (Scope scope = this; scope != null && !scope.root; scope = scope.parent) {
      for (String name : scope.slots.keySet()) {
        if (!name.equals("loop") && !name.equals("super")) {
          locals.computeIfAbsent(name, this::find);
        }
      }
    }
    return locals;
  }
}
