package dev.millrace.connect.generator;

import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a source's options and the blocks of its streams into a plan, collecting every problem. */
final class PlanReader {
  private static final int MAX_STREAMS = 200;
  private static final List<String> STREAM_KEYS =
      List.of(
          "fields",
          "key",
          "rate",
          "total",
          "follows",
          "disorder",
          "late",
          "malformed",
          "duplicates",
          "files");

  private final Options options;
  private final List<StreamDeclaration> declarations;
  private final SourceLocation where;
  private final Problems problems;
  private final Block source;
  private final CatalogueReader catalogues;
  private final Map<String, Block> blocks = new LinkedHashMap<>();
  private final Map<String, StreamPlan> plans = new HashMap<>();
  private final Set<String> underWay = new LinkedHashSet<>();
  private Optional<ActorPlan> actors = Optional.empty();

  /**
   * A reader.
   *
   * @param folder the project's, with the files that catalogues name
   */
  PlanReader(
      Options options,
      List<StreamDeclaration> declarations,
      SourceLocation where,
      Path folder,
      Problems problems) {
    this.options = options;
    this.declarations = declarations;
    this.where = where;
    this.problems = problems;
    Map<String, Object> structures = new LinkedHashMap<>();
    for (String name : List.of("bursts", "actors")) {
      if (options.has(name)) {
        structures.put(name, options.structure(name));
      }
    }
    this.source = new Block("generator", structures, where, problems);
    this.catalogues = new CatalogueReader(folder, options.number("seed"));
  }

  /** The plan; null if there are errors. */
  @Nullable SourcePlan read() {
    if (declarations.size() > MAX_STREAMS) {
      source.bad("streams", "are more than " + MAX_STREAMS, null);
      return null;
    }
    for (StreamDeclaration declaration : declarations) {
      Object generate = declaration.options().get("generate");
      Block parent =
          new Block(
              "streams." + declaration.name(),
              generate == null ? Map.of() : Map.of("generate", generate),
              where,
              problems);
      Optional<Block> block = parent.block("generate");
      if (block.isPresent()) {
        block.get().allow(STREAM_KEYS);
        blocks.put(declaration.name(), block.get());
      } else if (generate == null) {
        parent.missing("generate", "`generate: {fields: {...}}`");
      }
    }
    checkFiles();
    OptionalLong start = time("start");
    OptionalLong end = time("end");
    double speed = speed();
    long history = history();
    List<String> names = declarations.stream().map(StreamDeclaration::name).toList();
    actors =
        source
            .block("actors")
            .flatMap(a -> new ActorReader(a, catalogues, options.number("seed"), names).read());
    for (StreamDeclaration declaration : declarations) {
      plan(declaration.name());
    }
    if (problems.hasErrors()) {
      return null;
    }
    List<StreamPlan> streams = new ArrayList<>();
    for (StreamDeclaration declaration : declarations) {
      StreamPlan plan = plans.get(declaration.name());
      if (plan != null) {
        streams.add(plan);
      }
    }
    return new SourcePlan(
        streams,
        start,
        speed,
        end,
        history,
        actors,
        // Whose day has hours cannot go on later as if no time had passed.
        options.flag("catch_up") || history > 0 || actors.isPresent(),
        drops(streams),
        options.optionalDuration("files_every").map(d -> d.toNanos() / 1000).orElse(0L),
        Fingerprint.of(options, declarations, catalogues.fingerprint()));
  }

  /** Checks what is said of files. */
  private void checkFiles() {
    Optional<Duration> every = options.optionalDuration("files_every");
    if (every.isPresent() && every.get().compareTo(Duration.ofSeconds(1)) < 0) {
      source.bad("files_every", "has to be a second or longer", null);
    }
    blocks.forEach(
        (name, block) -> {
          if (block.has("files") && every.isEmpty()) {
            block.bad("files", "needs `files_every` of the source", "such as `10 seconds`");
          } else if (!block.has("files") && every.isPresent()) {
            block.missing(
                "files", "`files: {folder: drops, name: \"" + name + "_{time}.csv.gz\"}`");
          }
          block.block("files").ifPresent(PlanReader::checkFile);
        });
  }

  private static void checkFile(Block file) {
    file.allow(List.of("folder", "name", "broken"));
    file.share("broken");
    if (file.text("folder").isEmpty()) {
      file.missing("folder", "`folder: drops`");
    }
    String name = file.text("name").orElse("");
    if (name.isEmpty()) {
      file.missing("name", "`name: \"calls_{time}.csv.gz\"`");
    } else if (!name.contains(DropPlan.TIME) || !DropPlan.isReadable(name) || name.contains("/")) {
      file.bad(
          "name",
          "has to hold `{time}` and no folder, and to end in `.csv` or `.json`, perhaps with"
              + " `.gz`, `.zip` or `.tar.gz` behind it",
          "such as `calls_{time}.csv.gz`");
    }
  }

  private Map<StreamPlan, DropPlan> drops(List<StreamPlan> streams) {
    Map<StreamPlan, DropPlan> drops = new HashMap<>();
    for (StreamPlan stream : streams) {
      Optional.ofNullable(blocks.get(stream.name()))
          .flatMap(b -> b.block("files"))
          .ifPresent(
              f ->
                  drops.put(
                      stream,
                      new DropPlan(
                          f.text("folder").orElseThrow(),
                          f.text("name").orElseThrow(),
                          f.share("broken").orElse(0))));
    }
    return drops;
  }

  private OptionalLong time(String option) {
    Optional<String> text = options.optionalText(option);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    OptionalLong time = Times.parse(text.get());
    if (time.isEmpty()) {
      source.bad(
          option,
          "has to be a date or time, found `" + text.get() + "`",
          "such as `2026-01-01` or `2026-01-01T08:00:00Z`");
    }
    return time;
  }

  private long history() {
    Optional<Duration> history = options.optionalDuration("history");
    if (history.isPresent() && options.has("start")) {
      source.bad("history", "has no meaning beside `start`", "leave one of them out");
    }
    return history.map(h -> h.toNanos() / 1000).orElse(0L);
  }

  private double speed() {
    double speed = options.has("speed") ? options.decimal("speed") : 0;
    if (options.has("speed") && (speed <= 0 || !options.has("start"))) {
      source.bad(
          "speed",
          "has to be positive and needs `start`",
          "live events are bound to the clock; for more of them raise `rate`");
    }
    return speed;
  }

  /** Makes the plan of a stream after that of the stream which it follows. */
  private @Nullable StreamPlan plan(String name) {
    StreamPlan made = plans.get(name);
    Block block = blocks.get(name);
    if (made != null || block == null) {
      return made;
    }
    if (!underWay.add(name)) {
      block.bad(
          "follows", "goes in a circle: " + String.join(" -> ", underWay) + " -> " + name, null);
      return null;
    }
    int ordinal = ordinal(name);
    checkWriter(block, ordinal);
    StreamPlan.Follows follows = null;
    if (block.has("follows")) {
      follows = follows(block);
      if (follows == null) {
        underWay.remove(name);
        return null;
      }
    }
    Optional<Block> malformed = block.blockOrShare("malformed");
    double malformedShare =
        malformed.map(m -> m.share("share")).orElse(OptionalDouble.empty()).orElse(0);
    List<Malformed> kinds = new ArrayList<>();
    malformed.ifPresent(m -> kinds.addAll(kinds(m)));
    boolean hasTime = hasEventTime(block);
    if (!hasTime) {
      kinds.removeIf(Malformed::needsEventTime);
    }
    StreamPlan plan =
        new StreamPlan(
            name,
            ordinal,
            options.number("seed"),
            follows,
            follows == null && !isActed(ordinal) ? curve(block) : null,
            total(block, follows),
            arrival(block),
            kinds.isEmpty() ? 0 : malformedShare,
            kinds);
    complete(plan, block, declarations.get(ordinal));
    plans.put(name, plan);
    underWay.remove(name);
    return plan;
  }

  /** True if actors write the stream. */
  private boolean isActed(int ordinal) {
    return actors.stream()
        .flatMap(a -> a.states().stream())
        .anyMatch(s -> Arrays.stream(s.emits()).anyMatch(o -> o == ordinal));
  }

  /** Something has to write each stream, and one thing alone. */
  private void checkWriter(Block block, int ordinal) {
    boolean isActed = isActed(ordinal);
    for (String other : List.of("follows", "rate", "total")) {
      if (isActed && block.has(other)) {
        block.bad(other, "has no meaning for a stream that `actors` write", null);
      }
    }
    if (actors.isPresent() && !isActed && !block.has("follows") && !block.has("rate")) {
      block.bad(
          "",
          "has a stream that no state of `actors` emits",
          "name it in `emits` of a state, or give it a `rate`");
    }
  }

  /** What fields can tell of the actors at the begin of a stream's chain. */
  private @Nullable ActorFields acting(StreamPlan plan) {
    StreamPlan first = plan;
    for (StreamPlan.Follows f = first.follows(); f != null; f = first.follows()) {
      first = f.stream();
    }
    return actors.isPresent() && first.curve() == null
        ? new ActorFields(actors.get(), catalogues.known())
        : null;
  }

  private void complete(StreamPlan plan, Block block, StreamDeclaration declaration) {
    Optional<Block> fields = block.block("fields");
    if (fields.isEmpty()) {
      if (!block.has("fields")) {
        block.missing("fields", "`fields: {at: {event_time: true}}`");
      }
      return;
    }
    List<Field> read = new FieldReader(declaration.schema(), plan, acting(plan)).read(fields.get());
    Field eventTime =
        read.stream().filter(f -> f.kind() == Field.Kind.EVENT_TIME).findFirst().orElse(null);
    plan.complete(read, key(block, read), eventTime);
  }

  private static @Nullable Field key(Block block, List<Field> fields) {
    Optional<String> name = block.text("key");
    if (name.isEmpty()) {
      return null;
    }
    Optional<Field> field =
        fields.stream().filter(f -> f.name().equalsIgnoreCase(name.get())).findFirst();
    if (field.isEmpty()) {
      block.unknownName("key", "field", name.get(), fields.stream().map(Field::name).toList());
    }
    return field.orElse(null);
  }

  private int ordinal(String name) {
    for (int i = 0; i < declarations.size(); i++) {
      if (declarations.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static boolean hasEventTime(Block block) {
    Object fields = block.value("fields");
    return fields instanceof Map<?, ?> map
        && map.values().stream()
            .anyMatch(f -> f instanceof Map<?, ?> field && field.containsKey("event_time"));
  }

  private StreamPlan.@Nullable Follows follows(Block block) {
    Optional<Block> given = block.block("follows");
    if (given.isEmpty()) {
      return null;
    }
    Block follows = given.get();
    follows.allow(List.of("stream", "share", "delay"));
    for (String root : List.of("rate", "total")) {
      if (block.has(root)) {
        block.bad(root, "has no meaning beside `follows`", "set `share` of `follows`");
      }
    }
    OptionalDouble share = follows.share("share");
    Optional<Distribution> delay = DistributionReader.span(follows, "delay");
    Optional<String> stream = follows.text("stream");
    if (stream.isEmpty()) {
      follows.missing("stream", "`stream: impressions`");
      return null;
    }
    if (declarations.stream().noneMatch(d -> d.name().equals(stream.get()))) {
      follows.unknownName(
          "stream",
          "stream",
          stream.get(),
          declarations.stream().map(StreamDeclaration::name).toList());
      return null;
    }
    StreamPlan followed = plan(stream.get());
    return followed == null || delay.isEmpty()
        ? null
        : new StreamPlan.Follows(followed, share.orElse(1), delay.get());
  }

  private RateCurve curve(Block block) {
    double rate = options.decimal("rate");
    if (block.has("rate")) {
      rate = block.number("rate", 1);
      if (rate <= 0) {
        block.bad("rate", "has to be positive", null);
      }
    } else if (rate <= 0) {
      source.bad("rate", "has to be positive", null);
    }
    double positive = rate > 0 ? rate : 1;
    Optional<Block> given = source.block("bursts");
    if (given.isEmpty()) {
      return new RateCurve(positive, 0, 0, 1);
    }
    Block bursts = given.get();
    bursts.allow(List.of("every", "for", "factor"));
    long every = bursts.micros("every").orElse(0);
    long length = bursts.micros("for").orElse(0);
    double factor = bursts.number("factor", 2);
    if (every <= 0 || length <= 0 || length >= every || factor <= 0) {
      bursts.bad(
          "",
          "need `every`, a shorter `for`, and a positive `factor`",
          "such as `{every: 1 minute, for: 5 seconds, factor: 4}`");
      return new RateCurve(positive, 0, 0, 1);
    }
    return new RateCurve(positive, every, length, factor);
  }

  private long total(Block block, StreamPlan.@Nullable Follows follows) {
    if (follows != null) {
      return Long.MAX_VALUE;
    }
    long total = block.whole("total", 1, 1L << 50).orElse(-1);
    if (total < 0) {
      total = options.has("total") ? options.number("total") : Long.MAX_VALUE;
    }
    if (total < 1) {
      source.bad("total", "has to be at least 1", null);
    }
    return total;
  }

  private static StreamPlan.Arrival arrival(Block block) {
    long disorder = block.micros("disorder").orElse(0);
    double lateShare = 0;
    long lateFrom = 0;
    long lateTo = 0;
    Optional<Block> late = block.block("late");
    if (late.isPresent()) {
      late.get().allow(List.of("share", "by"));
      lateShare = late.get().share("share").orElse(0);
      Optional<Block> by = late.get().block("by");
      if (by.isEmpty()) {
        late.get().missing("by", "`by: {from: 15 seconds, to: 90 seconds}`");
      } else {
        by.get().allow(List.of("from", "to"));
        lateFrom = by.get().micros("from").orElse(0);
        lateTo = by.get().micros("to").orElse(lateFrom);
        if (lateFrom > lateTo) {
          by.get().bad("to", "is before `from`", null);
          lateTo = lateFrom;
        }
      }
    }
    double repeatShare = 0;
    long repeatWithin = 0;
    Optional<Block> duplicates = block.blockOrShare("duplicates");
    if (duplicates.isPresent()) {
      duplicates.get().allow(List.of("share", "within"));
      repeatShare = duplicates.get().share("share").orElse(0);
      repeatWithin = duplicates.get().micros("within").orElse(1_000_000);
    }
    return new StreamPlan.Arrival(disorder, lateShare, lateFrom, lateTo, repeatShare, repeatWithin);
  }

  private static List<Malformed> kinds(Block malformed) {
    malformed.allow(List.of("share", "kinds"));
    Object given = malformed.value("kinds");
    if (given == null) {
      return List.of(Malformed.values());
    }
    List<String> names =
        Arrays.stream(Malformed.values()).map(m -> m.name().toLowerCase(Locale.ROOT)).toList();
    List<Malformed> kinds = new ArrayList<>();
    List<?> list = given instanceof List<?> several ? several : List.of(given);
    for (Object name : list) {
      if (names.contains(name.toString())) {
        kinds.add(Malformed.values()[names.indexOf(name.toString())]);
      } else {
        malformed.unknownName("kinds", "kind", name.toString(), names);
      }
    }
    return kinds;
  }
}
