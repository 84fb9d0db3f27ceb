package dev.millrace.connect.generator;

import dev.millrace.api.type.DataType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Reads the fields that tell of an actor, its session, its state, and what it took there. */
final class ActorFields {
  /** The kinds of such fields. */
  static final List<String> KINDS = List.of("actor", "session", "state", "item");

  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final Map<String, ToLongFunction<Moment>> SESSION_NUMBERS =
      Map.of(
          "id", Moment::sessionId,
          "number", m -> m.session() + 1L,
          "item", m -> m.step() + 1L);
  private static final List<String> SESSION = List.of("id", "number", "item", "begin");
  private static final List<String> STATE = List.of("name", "seconds");

  private final ActorPlan plan;
  private final List<Catalogue> catalogues;

  ActorFields(ActorPlan plan, List<Catalogue> catalogues) {
    this.plan = plan;
    this.catalogues = catalogues;
  }

  /**
   * Reads a field.
   *
   * @param key one of {@link #KINDS}, which the block has
   * @param type of the field's column
   */
  Optional<FieldValues> read(Block block, String key, DataType type) {
    Optional<String> text = block.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String name = text.get();
    return switch (key) {
      case "actor" -> actor(block, name, type);
      case "session" -> session(block, name, type);
      case "state" -> state(block, name, type);
      case "item" -> item(block, name, type);
      default -> throw new IllegalArgumentException(key);
    };
  }

  private Optional<FieldValues> actor(Block block, String name, DataType type) {
    for (int slot = 0; slot < plan.kept().size(); slot++) {
      ActorPlan.Kept kept = plan.kept().get(slot);
      if (kept.name().equals(name)) {
        int of = slot;
        return ValueReader.choice(kept.block(), type)
            .map(choice -> (out, bits, event) -> choice.write(out, event.acting().kept(of)));
      }
    }
    Block signedUp = plan.signedUp().get(name);
    if (signedUp != null) {
      return TimeFormat.read(signedUp, "event_time", type)
          .map(format -> time(format, Moment::signedUp));
    }
    return plan.attributes()
        .values(block, "actor", name, type)
        .map(
            values ->
                (out, bits, event) -> {
                  Moment moment = event.acting();
                  values.write(out, moment.bits(), moment.actor());
                });
  }

  private static FieldValues time(TimeFormat format, ToLongFunction<Moment> time) {
    return (out, bits, event) ->
        format.write(out, event.timeline().offset() + time.applyAsLong(event.acting()));
  }

  private static Optional<FieldValues> session(Block block, String name, DataType type) {
    if (name.equals("begin")) {
      return TimeFormat.iso(block, "session", type)
          .map(format -> time(format, Moment::sessionBegin));
    }
    ToLongFunction<Moment> number = SESSION_NUMBERS.get(name);
    if (number == null) {
      block.unknownName("session", "property of a session", name, SESSION);
      return Optional.empty();
    }
    return number(block, "session", type, number);
  }

  private static Optional<FieldValues> number(
      Block block, String key, DataType type, ToLongFunction<Moment> number) {
    if (!ValueReader.fits(block, key, type, true)) {
      return Optional.empty();
    }
    boolean quotes = ValueReader.isText(type);
    return Optional.of(
        (out, bits, event) ->
            ValueReader.writeNumber(out, number.applyAsLong(event.acting()), 0, quotes));
  }

  private Optional<FieldValues> state(Block block, String name, DataType type) {
    if (name.equals("seconds")) {
      if (!ValueReader.fits(block, "state", type, true)) {
        return Optional.empty();
      }
      int decimals = ValueReader.isWhole(type) ? 0 : 3;
      long divisor = decimals == 0 ? 1_000_000 : 1_000;
      boolean quotes = ValueReader.isText(type);
      return Optional.of(
          (out, bits, event) ->
              ValueReader.writeNumber(
                  out, Math.round(event.acting().stay() / (double) divisor), decimals, quotes));
    }
    byte[][] byState = new byte[plan.states().size()][];
    boolean isKnown = name.equals("name");
    for (StatePlan state : plan.states()) {
      Object value = name.equals("name") ? state.name() : state.with().get(name);
      isKnown |= value != null;
      Optional<byte[]> literal =
          value == null ? Optional.of(NULL) : ValueReader.literal(block, "state", value, type);
      if (literal.isEmpty()) {
        return Optional.empty();
      }
      byState[state.ordinal()] = literal.get();
    }
    if (!isKnown) {
      List<String> known =
          Stream.concat(
                  STATE.stream(),
                  plan.states().stream().flatMap(s -> s.with().keySet().stream()).distinct())
              .toList();
      block.unknownName("state", "property of a state", name, known);
      return Optional.empty();
    }
    return Optional.of((out, bits, event) -> out.raw(byState[event.acting().state().ordinal()]));
  }

  private Optional<FieldValues> item(Block block, String path, DataType type) {
    int point = path.indexOf('.');
    String name = point < 0 ? path : path.substring(0, point);
    Optional<Catalogue> catalogue =
        catalogues.stream().filter(c -> c.name().equals(name)).findFirst();
    if (catalogue.isEmpty()) {
      block.unknownName(
          "item", "catalogue", name, catalogues.stream().map(Catalogue::name).toList());
      return Optional.empty();
    }
    Catalogue from = catalogue.get();
    if (point < 0) {
      block.bad(
          "item",
          "needs a column of the catalogue",
          "such as `" + name + "." + from.columns().names().get(0) + "`");
      return Optional.empty();
    }
    return from.columns()
        .values(block, "item", path.substring(point + 1), type)
        .map(
            values ->
                (out, bits, event) -> {
                  Moment moment = event.acting();
                  if (moment.catalogue() == from) {
                    values.write(out, from.bits(moment.row()), moment.row());
                  } else {
                    out.raw(NULL);
                  }
                });
  }
}
