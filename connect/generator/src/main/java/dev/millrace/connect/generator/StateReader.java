package dev.millrace.connect.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the states of actors, and where these go from them. */
final class StateReader {
  private static final List<String> KEYS =
      List.of("emits", "item", "stay", "with", "set", "leaves", "next");
  private static final String END = "end";
  private static final int MAX_STATES = 1_000;

  /** So long an actor stays at least, so that time goes on. */
  private static final long LEAST_STAY = 1_000;

  private final Block actors;
  private final CatalogueReader catalogues;
  private final List<ActorPlan.Kept> kept;
  private final List<String> streams;
  private final Map<String, Block> blocks;
  private final List<String> names;

  StateReader(
      Block actors, CatalogueReader catalogues, List<ActorPlan.Kept> kept, List<String> streams) {
    this.actors = actors;
    this.catalogues = catalogues;
    this.kept = kept;
    this.streams = streams;
    this.blocks = actors.blocks("states");
    this.names = List.copyOf(blocks.keySet());
  }

  /** The states in the order of the file; empty, with a problem, if there are none. */
  List<StatePlan> read() {
    if (names.isEmpty() || names.size() > MAX_STATES) {
      actors.bad(
          "states",
          "needs 1 to " + MAX_STATES + " states",
          "such as `{Home: {stay: 20 seconds, next: {Home: 1, end: 1}}}`");
      return List.of();
    }
    if (names.contains(END)) {
      actors.bad("states", "cannot have one called `end`: that is how a session ends", null);
    }
    List<StatePlan> states = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Block block = blocks.get(names.get(i));
      if (block != null) {
        states.add(state(i, names.get(i), block));
      }
    }
    return states;
  }

  private StatePlan state(int ordinal, String name, Block block) {
    block.allow(KEYS);
    Optional<Catalogue> item =
        block.has("item") ? catalogues.find(block, "item") : Optional.empty();
    Block set = block.block("set").orElse(null);
    List<int[]> changes = new ArrayList<>();
    if (set != null) {
      for (String attribute : set.keys()) {
        int slot = slot(set, attribute);
        int value = slot < 0 ? -1 : value(set, attribute, slot, set.text(attribute).orElse(""));
        if (value >= 0) {
          changes.add(new int[] {slot, value});
        }
      }
    }
    boolean leaves = "true".equals(block.text("leaves").orElse("false"));
    if (!leaves && !block.has("next")) {
      block.missing("next", "`next: {end: 1}`, or `leaves: true`");
    }
    Transitions next =
        block.has("next")
            ? transitions(block, "next", true).orElse(new Transitions(List.of()))
            : new Transitions(List.of());
    Map<String, Object> with = block.block("with").map(Block::values).orElse(Map.of());
    return new StatePlan(
        ordinal,
        name,
        emits(block),
        item.orElse(null),
        stay(block),
        with,
        changes.stream().mapToInt(c -> c[0]).toArray(),
        changes.stream().mapToInt(c -> c[1]).toArray(),
        leaves,
        next);
  }

  private int[] emits(Block block) {
    List<Integer> ordinals = new ArrayList<>();
    for (String stream : block.texts("emits")) {
      int ordinal = streams.indexOf(stream);
      if (ordinal < 0) {
        block.unknownName("emits", "stream", stream, streams);
      } else if (!ordinals.contains(ordinal)) {
        ordinals.add(ordinal);
      }
    }
    return ordinals.stream().mapToInt(Integer::intValue).toArray();
  }

  private StatePlan.Stay stay(Block block) {
    if (!(block.value("stay") instanceof Map<?, ?> map) || !map.containsKey("item")) {
      return DistributionReader.span(block, "stay")
          .<StatePlan.Stay>map(
              span -> (bits, row) -> Math.max(LEAST_STAY, (long) span.sample(bits)))
          .orElse((bits, row) -> LEAST_STAY);
    }
    Block stay = block.block("stay").orElseThrow();
    stay.allow(List.of("item", "skipped"));
    double skipped = stay.share("skipped").orElse(0);
    String path = stay.text("item").orElse("");
    int point = path.indexOf('.');
    Optional<Catalogue> catalogue =
        catalogues.known().stream()
            .filter(c -> point > 0 && c.name().equals(path.substring(0, point)))
            .findFirst();
    if (catalogue.isEmpty()) {
      stay.bad(
          "item",
          "has to name a column of a catalogue that holds seconds, found `" + path + "`",
          "such as `songs.seconds`");
      return (bits, row) -> LEAST_STAY;
    }
    return CatalogueReader.numbers(stay, "item", catalogue.get(), path.substring(point + 1))
        .map(seconds -> ofItem(seconds, skipped))
        .orElse((bits, row) -> LEAST_STAY);
  }

  private static StatePlan.Stay ofItem(double[] seconds, double skipped) {
    return (bits, row) -> {
      // Who skips a thing does it at any moment of it.
      double draw = Draw.unit(bits);
      double part = draw < skipped ? draw / skipped : 1;
      return Math.max(LEAST_STAY, (long) (seconds[row] * part * 1e6));
    };
  }

  /** Where a session begins. */
  Optional<Transitions> first(Block sessions, String key) {
    if (!sessions.has(key)) {
      sessions.missing(
          key, "`" + key + ": {" + (names.isEmpty() ? "Home" : names.get(0)) + ": 1}`");
      return Optional.empty();
    }
    return transitions(sessions, key, false);
  }

  private Optional<Transitions> transitions(Block block, String key, boolean mayEnd) {
    List<Transitions.Alternative> alternatives = new ArrayList<>();
    if (!(block.value(key) instanceof List)) {
      block
          .block(key)
          .flatMap(b -> weights(b, new long[kept.size()], mayEnd))
          .ifPresent(alternatives::add);
    } else {
      List<Block> list = block.list(key);
      for (int i = 0; i < list.size(); i++) {
        Block one = list.get(i);
        one.allow(List.of("when", "to"));
        boolean isLast = i == list.size() - 1;
        if (isLast == one.has("when")) {
          one.bad(
              "",
              isLast ? "needs no `when`: it is for all others" : "needs `when`",
              "such as `- {when: {level: free}, to: {...}}` and at the end `- to: {...}`");
        }
        long[] wanted = wanted(one);
        if (!one.has("to")) {
          one.missing("to", "`to: {" + (names.isEmpty() ? "Home" : names.get(0)) + ": 1}`");
        }
        one.block("to").flatMap(to -> weights(to, wanted, mayEnd)).ifPresent(alternatives::add);
      }
    }
    return alternatives.isEmpty() ? Optional.empty() : Optional.of(new Transitions(alternatives));
  }

  private long[] wanted(Block one) {
    long[] wanted = new long[kept.size()];
    one.block("when")
        .ifPresent(
            when -> {
              for (String attribute : when.keys()) {
                int slot = slot(when, attribute);
                for (String name : slot < 0 ? List.<String>of() : when.texts(attribute)) {
                  int value = value(when, attribute, slot, name);
                  wanted[slot] |= value < 0 ? 0 : 1L << value;
                }
              }
            });
    return wanted;
  }

  private Optional<Transitions.Alternative> weights(Block to, long[] wanted, boolean mayEnd) {
    List<Integer> targets = new ArrayList<>();
    List<Double> limits = new ArrayList<>();
    double sum = 0;
    for (String name : to.keys()) {
      int target = names.indexOf(name);
      if (target < 0 && !(mayEnd && name.equals(END))) {
        List<String> known = new ArrayList<>(names);
        if (mayEnd) {
          known.add(END);
        }
        to.unknownName(name, "state", name, known);
        continue;
      }
      double weight = to.number(name, 0);
      if (weight < 0) {
        to.bad(name, "has a negative weight", null);
      }
      sum += Math.max(0, weight);
      targets.add(target < 0 ? Transitions.END : target);
      limits.add(sum);
    }
    if (sum <= 0) {
      to.bad("", "needs states with weights", null);
      return Optional.empty();
    }
    return Optional.of(
        new Transitions.Alternative(
            wanted,
            targets.stream().mapToInt(Integer::intValue).toArray(),
            limits.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  /** The slot of an attribute; negative, with a problem, if it has none. */
  private int slot(Block block, String attribute) {
    List<String> known = kept.stream().map(ActorPlan.Kept::name).toList();
    int slot = known.indexOf(attribute);
    if (slot < 0) {
      block.unknownName(attribute, "attribute with a `choice`", attribute, known);
    }
    return slot;
  }

  private int value(Block block, String attribute, int slot, String name) {
    List<String> known = kept.get(slot).choice().names();
    int value = known.indexOf(name);
    if (value < 0 || value >= Long.SIZE) {
      block.unknownName(attribute, "value of `" + attribute + "`", name, known);
      return -1;
    }
    return value;
  }
}
