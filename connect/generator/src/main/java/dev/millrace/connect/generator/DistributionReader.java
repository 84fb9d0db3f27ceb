package dev.millrace.connect.generator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Reads the distributions of numbers and of durations. */
final class DistributionReader {
  /** What the bounds of a distribution are written as. */
  enum Unit {
    NUMBER,
    /** A duration, as microseconds. */
    DURATION;

    OptionalDouble read(Block block, String key) {
      if (this == NUMBER) {
        return block.number(key);
      }
      OptionalLong micros = block.micros(key);
      return micros.isPresent() ? OptionalDouble.of(micros.getAsLong()) : OptionalDouble.empty();
    }
  }

  static final List<String> KINDS = List.of("uniform", "zipf", "normal", "lognormal");
  private static final long LIMIT = 1L << 53;

  private DistributionReader() {}

  /** A span of time, never negative: a fixed duration or a distribution of durations. */
  static Optional<Distribution> span(Block parent, String key) {
    if (!parent.has(key)) {
      parent.missing(key, "`" + key + ": 5 seconds`");
      return Optional.empty();
    }
    if (!(parent.value(key) instanceof Map)) {
      OptionalLong fixed = parent.micros(key);
      return fixed.isPresent()
          ? Optional.of(new Distribution.Uniform(fixed.getAsLong(), fixed.getAsLong(), false))
          : Optional.empty();
    }
    Optional<Block> block = parent.block(key);
    if (block.isEmpty()) {
      return Optional.empty();
    }
    List<String> kinds = List.of("uniform", "normal", "lognormal");
    block.get().allow(kinds);
    for (String kind : kinds) {
      Optional<Block> parameters = block.get().block(kind);
      if (parameters.isPresent()) {
        Optional<Distribution> found = read(parameters.get(), kind, Unit.DURATION, List.of());
        if (found.isPresent() && found.get().min() < 0) {
          parameters.get().bad("", "may be negative, but time goes forward", null);
          return Optional.empty();
        }
        return found;
      }
    }
    block.get().bad("", "needs a distribution", "one of: " + String.join(", ", kinds));
    return Optional.empty();
  }

  /**
   * Reads the parameters of a kind.
   *
   * @param more keys that the block may have besides
   */
  static Optional<Distribution> read(Block block, String kind, Unit unit, List<String> more) {
    return switch (kind) {
      case "uniform" -> uniform(block, unit, more);
      case "zipf" -> zipf(block, more);
      case "normal" -> normal(block, unit, more);
      case "lognormal" -> lognormal(block, unit, more);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static void allow(Block block, List<String> own, List<String> more) {
    block.allow(Stream.concat(own.stream(), more.stream()).toList());
  }

  private static Optional<Distribution> uniform(Block block, Unit unit, List<String> more) {
    allow(block, List.of("from", "to"), more);
    OptionalDouble from = required(block, unit, "from", "`from: 1`");
    OptionalDouble to = required(block, unit, "to", "`to: 6`");
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    double min = from.getAsDouble();
    double max = to.getAsDouble();
    if (min > max) {
      block.bad("to", "is before `from`", null);
      return Optional.empty();
    }
    boolean whole = !block.has("decimals") && min == Math.rint(min) && max == Math.rint(max);
    return Optional.of(new Distribution.Uniform(min, max, whole));
  }

  private static Optional<Distribution> zipf(Block block, List<String> more) {
    allow(block, List.of("from", "to", "exponent"), more);
    OptionalLong from = block.whole("from", -LIMIT, LIMIT);
    OptionalLong to = block.whole("to", -LIMIT, LIMIT);
    double exponent = block.number("exponent", 1);
    if (!block.has("to")) {
      block.missing("to", "`to: 1000`");
    }
    if (exponent <= 0 || exponent > 20) {
      block.bad("exponent", "has to be above 0 and at most 20", null);
      return Optional.empty();
    }
    if (to.isEmpty() || (block.has("from") && from.isEmpty())) {
      return Optional.empty();
    }
    if (from.orElse(1) > to.getAsLong()) {
      block.bad("to", "is before `from`", null);
      return Optional.empty();
    }
    return Optional.of(new Distribution.Zipf(from.orElse(1), to.getAsLong(), exponent));
  }

  private static Optional<Distribution> normal(Block block, Unit unit, List<String> more) {
    allow(block, List.of("mean", "deviation", "min", "max"), more);
    OptionalDouble mean = required(block, unit, "mean", "`mean: 20`");
    OptionalDouble deviation = required(block, unit, "deviation", "`deviation: 5`");
    if (mean.isEmpty() || deviation.isEmpty()) {
      return Optional.empty();
    }
    double center = mean.getAsDouble();
    double spread = deviation.getAsDouble();
    if (spread < 0) {
      block.bad("deviation", "is negative", null);
      return Optional.empty();
    }
    // Ten deviations are further than any draw goes.
    double least = unit == Unit.DURATION ? Math.max(0, center - 10 * spread) : center - 10 * spread;
    return bounded(block, unit, least, center + 10 * spread)
        .map(b -> new Distribution.Normal(center, spread, b.min(), b.max()));
  }

  private static Optional<Distribution> lognormal(Block block, Unit unit, List<String> more) {
    allow(block, List.of("median", "sigma", "min", "max"), more);
    OptionalDouble median = required(block, unit, "median", "`median: 8 seconds`");
    double sigma = block.number("sigma", 1);
    if (median.isEmpty()) {
      return Optional.empty();
    }
    if (median.getAsDouble() <= 0 || sigma < 0 || sigma > 10) {
      block.bad("", "needs a positive `median` and a `sigma` from 0 to 10", null);
      return Optional.empty();
    }
    // Four sigmas: one in 30,000 is cut.
    double most = median.getAsDouble() * StrictMath.exp(4 * sigma);
    return bounded(block, unit, 0, most)
        .map(b -> new Distribution.LogNormal(median.getAsDouble(), sigma, b.min(), b.max()));
  }

  private record Bounds(double min, double max) {}

  private static Optional<Bounds> bounded(Block block, Unit unit, double least, double most) {
    double min = unit.read(block, "min").orElse(least);
    double max = unit.read(block, "max").orElse(Math.max(min, most));
    if (min > max) {
      block.bad("max", "is below `min`", null);
      return Optional.empty();
    }
    return Optional.of(new Bounds(min, max));
  }

  private static OptionalDouble required(Block block, Unit unit, String key, String example) {
    if (!block.has(key)) {
      block.missing(key, example);
      return OptionalDouble.empty();
    }
    return unit.read(block, key);
  }
}
