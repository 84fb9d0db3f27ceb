package dev.millrace.connect.generator;

import dev.millrace.api.type.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code actors}: who they are, when they come, and what they do. */
final class ActorReader {
  private static final DataType TEXT = new DataType.Scalar(DataType.Kind.VARCHAR);
  private static final List<String> KEYS =
      List.of(
          "population",
          "since",
          "signups",
          "lifetime",
          "attributes",
          "catalogues",
          "sessions",
          "states");
  private static final Distribution FOREVER =
      new Distribution.Uniform(Long.MAX_VALUE / 4.0, Long.MAX_VALUE / 4.0, false);
  private static final Distribution AT_ONCE = new Distribution.Uniform(0, 0, false);

  private final Block block;
  private final CatalogueReader catalogues;
  private final long seed;
  private final List<String> streams;
  private final Columns attributes = new Columns();
  private final List<ActorPlan.Kept> kept = new ArrayList<>();
  private final Map<String, Block> signedUp = new LinkedHashMap<>();

  /**
   * A reader.
   *
   * @param streams the source's, in order
   */
  ActorReader(Block block, CatalogueReader catalogues, long seed, List<String> streams) {
    this.block = block;
    this.catalogues = catalogues;
    this.seed = seed;
    this.streams = streams;
  }

  /** The plan; empty if it has problems from which one cannot go on. */
  Optional<ActorPlan> read() {
    block.allow(KEYS);
    catalogues.read(block.blocks("catalogues"));
    block.blocks("attributes").forEach(this::attribute);
    Distribution since =
        block.has("since") ? DistributionReader.span(block, "since").orElse(AT_ONCE) : AT_ONCE;
    Distribution lifetime =
        block.has("lifetime")
            ? DistributionReader.span(block, "lifetime").orElse(FOREVER)
            : FOREVER;
    long population = block.whole("population", 0, Moment.MAX_ACTORS / 2).orElse(0);
    SignUps signUps = signUps();
    if (population == 0 && signUps.perDay() == 0) {
      block.missing("population", "`population: 1000`");
    }
    StateReader reader = new StateReader(block, catalogues, kept, streams);
    List<StatePlan> states = reader.read();
    Optional<Block> sessions = block.block("sessions");
    if (sessions.isEmpty()) {
      if (!block.has("sessions")) {
        block.missing("sessions", "`sessions: {between: 20 hours, first: {Home: 1}}`");
      }
      return Optional.empty();
    }
    sessions.get().allow(List.of("between", "pace", "first", "welcome", "rhythm"));
    Optional<Distribution> between = DistributionReader.span(sessions.get(), "between");
    Optional<Transitions> first = reader.first(sessions.get(), "first");
    Optional<Transitions> welcome =
        sessions.get().has("welcome") ? reader.first(sessions.get(), "welcome") : first;
    Distribution pace = pace(sessions.get());
    Rhythm rhythm = rhythm(sessions.get());
    if (states.isEmpty() || between.isEmpty() || first.isEmpty() || welcome.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ActorPlan(
            Draw.mix(seed ^ Draw.salt("actors")),
            population,
            since,
            signUps,
            lifetime,
            between.get(),
            pace,
            rhythm,
            first.get(),
            welcome.get(),
            states,
            attributes,
            kept,
            signedUp));
  }

  private void attribute(String name, Block attribute) {
    if (attribute.has("choice")) {
      attribute.allow(List.of("choice"));
      ValueReader.choice(attribute, TEXT)
          .ifPresent(choice -> kept.add(new ActorPlan.Kept(name, attribute, choice)));
      attributes.add(name, new Columns.Origin.Unread());
    } else if (attribute.has("event_time")) {
      attribute.allow(List.of("event_time"));
      signedUp.put(name, attribute);
      attributes.add(name, new Columns.Origin.Unread());
    } else {
      attributes.add(name, catalogues.drawn(name, attribute));
    }
  }

  private SignUps signUps() {
    Optional<Block> given = block.block("signups");
    if (given.isEmpty()) {
      return new SignUps(0, 0);
    }
    Block signUps = given.get();
    signUps.allow(List.of("per_day", "growth"));
    if (!signUps.has("per_day")) {
      signUps.missing("per_day", "`per_day: 20`");
    }
    double perDay = signUps.number("per_day", 0);
    double growth = percent(signUps);
    if (perDay < 0 || growth <= -1 || growth > 1) {
      signUps.bad(
          "", "needs a `per_day` that is not negative and a `growth` up to 100% a day", null);
      return new SignUps(0, 0);
    }
    return new SignUps(perDay, growth);
  }

  /** A share that may be negative. */
  private static double percent(Block signUps) {
    String text = signUps.text("growth").orElse("0").trim();
    try {
      return text.endsWith("%")
          ? Double.parseDouble(text.substring(0, text.length() - 1).trim()) / 100
          : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      signUps.bad("growth", "has to be a share, found `" + text + "`", "such as `1%` or `-0.5%`");
      return 0;
    }
  }

  private static Distribution pace(Block sessions) {
    Distribution even = new Distribution.Uniform(1, 1, false);
    Optional<Block> given = sessions.block("pace");
    if (given.isEmpty()) {
      return even;
    }
    List<String> kinds = List.of("uniform", "normal", "lognormal");
    Distribution pace =
        given
            .get()
            .kind(kinds, List.of())
            .flatMap(k -> given.get().block(k).map(b -> new Parameters(k, b)))
            .flatMap(
                p ->
                    DistributionReader.read(
                        p.block(), p.kind(), DistributionReader.Unit.NUMBER, List.of()))
            .orElse(even);
    if (pace instanceof Distribution.LogNormal logNormal && !hasMin(given.get())) {
      // As far below the median as the largest is above it.
      double least = logNormal.median() * logNormal.median() / logNormal.max();
      return new Distribution.LogNormal(
          logNormal.median(), logNormal.sigma(), least, logNormal.max());
    }
    if (pace.min() <= 0) {
      given.get().bad("", "has to be positive", "such as `{lognormal: {median: 1, sigma: 0.5}}`");
      return even;
    }
    return pace;
  }

  private record Parameters(String kind, Block block) {}

  private static boolean hasMin(Block pace) {
    return pace.block("lognormal").map(b -> b.number("min", 0) > 0).orElse(false);
  }

  private static Rhythm rhythm(Block sessions) {
    Optional<Block> given = sessions.block("rhythm");
    if (given.isEmpty()) {
      return Rhythm.EVEN;
    }
    given.get().allow(List.of("hours", "days"));
    double[] hours = weights(given.get(), "hours", 24);
    double[] days = weights(given.get(), "days", 7);
    return hours == null || days == null ? Rhythm.EVEN : new Rhythm(hours, days);
  }

  private static double @Nullable [] weights(Block rhythm, String key, int count) {
    List<String> given = rhythm.texts(key);
    double[] weights = new double[count];
    if (given.isEmpty()) {
      Arrays.fill(weights, 1);
      return weights;
    }
    double sum = 0;
    boolean good = given.size() == count;
    for (int i = 0; good && i < count; i++) {
      try {
        weights[i] = Double.parseDouble(given.get(i));
      } catch (NumberFormatException e) {
        weights[i] = -1;
      }
      good = weights[i] >= 0;
      sum += weights[i];
    }
    if (!good || sum <= 0) {
      rhythm.bad(
          key,
          "needs " + count + " numbers that are not negative, and not all 0",
          key.equals("days") ? "from Monday on" : "from the hour after midnight on, in UTC");
      return null;
    }
    return weights;
  }
}
