package dev.millrace.sql;

import dev.millrace.sql.random.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes a failing case smaller for as long as it fails in the same way: drops streams, batches,
 * parts of queries, rows, sources and columns.
 */
final class Shrinker {
  private final String way;
  private final long deadline;
  private RandomCase smallest;

  private Shrinker(RandomCase failing, String way, int seconds) {
    this.smallest = failing;
    this.way = way;
    this.deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  /** A small case that fails in that way, found within so many seconds. */
  static RandomCase shrink(RandomCase failing, String way, int seconds) {
    Shrinker shrinker = new Shrinker(failing, way, seconds);
    shrinker.run();
    return shrinker.smallest;
  }

  private void run() {
    List<Function<RandomCase, Stream<RandomCase>>> passes =
        List.of(
            Shrinker::withoutStreams,
            Shrinker::withoutBatches,
            Shrinker::plainer,
            Shrinker::withSmallerQueries,
            Shrinker::withoutRows,
            Shrinker::withoutColumns);
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (Function<RandomCase, Stream<RandomCase>> pass : passes) {
        while (takeFirst(pass.apply(smallest))) {
          smaller = true;
        }
      }
    }
  }

  /** Goes on with the first that fails in the same way; false if none does. */
  private boolean takeFirst(Stream<RandomCase> candidates) {
    Optional<RandomCase> failing =
        candidates
            .takeWhile(candidate -> System.nanoTime() < deadline)
            .filter(candidate -> Failures.way(candidate).equals(Optional.of(way)))
            .findFirst();
    failing.ifPresent(found -> smallest = found);
    return failing.isPresent();
  }

  private static Stream<RandomCase> withoutStreams(RandomCase all) {
    return without(all.drafts()).map(all::withDrafts);
  }

  private static Stream<RandomCase> withoutBatches(RandomCase all) {
    return without(all.batches()).map(all::withBatches);
  }

  /** The list without some of its elements, many at first. */
  private static <T> Stream<List<T>> without(List<T> list) {
    List<int[]> cuts = new ArrayList<>();
    for (int cut = (list.size() + 1) / 2; cut > 0; cut /= 2) {
      for (int from = list.size() - cut; from >= 0; from -= cut) {
        cuts.add(new int[] {from, from + cut});
      }
    }
    return cuts.stream()
        .map(
            cut -> {
              List<T> rest = new ArrayList<>(list.subList(0, cut[0]));
              rest.addAll(list.subList(cut[1], list.size()));
              return rest;
            });
  }

  private static Stream<RandomCase> plainer(RandomCase all) {
    List<RandomCase> plainer = new ArrayList<>();
    if (!all.zone().equals("UTC")) {
      plainer.add(all.withZone("UTC"));
    }
    for (int i = 0; i < all.batches().size(); i++) {
      StreamCase.Batch batch = all.batches().get(i);
      if (!batch.forget()) {
        StreamCase.Batch forgetting = new StreamCase.Batch(batch.rows(), batch.deletes(), true);
        plainer.add(all.withBatches(replaced(all.batches(), i, forgetting)));
      }
    }
    for (int i = 0; i < all.drafts().size(); i++) {
      RandomCase.Draft draft = all.drafts().get(i);
      if (draft.onClose()) {
        RandomCase.Draft always = new RandomCase.Draft(draft.name(), false, draft.part());
        plainer.add(all.withDrafts(replaced(all.drafts(), i, always)));
      }
    }
    return plainer.stream();
  }

  private static <T> List<T> replaced(List<T> list, int i, T element) {
    List<T> copy = new ArrayList<>(list);
    copy.set(i, element);
    return copy;
  }

  private static Stream<RandomCase> withSmallerQueries(RandomCase all) {
    Stream<RandomCase> candidates = Stream.of();
    for (int i = all.drafts().size() - 1; i >= 0; i--) {
      RandomCase.Draft draft = all.drafts().get(i);
      int position = i;
      List<Part> smaller = draft.part().smaller();
      candidates =
          Stream.concat(
              candidates,
              smaller.stream()
                  .map(part -> new RandomCase.Draft(draft.name(), draft.onClose(), part))
                  .map(other -> all.withDrafts(replaced(all.drafts(), position, other))));
    }
    return candidates;
  }

  private static Stream<RandomCase> withoutRows(RandomCase all) {
    Stream<RandomCase> candidates = Stream.of();
    for (int i = 0; i < all.batches().size(); i++) {
      StreamCase.Batch batch = all.batches().get(i);
      int position = i;
      Stream<StreamCase.Batch> smaller =
          Stream.concat(
              fewer(batch.rows())
                  .map(rows -> new StreamCase.Batch(rows, batch.deletes(), batch.forget())),
              fewer(batch.deletes())
                  .map(deletes -> new StreamCase.Batch(batch.rows(), deletes, batch.forget())));
      candidates =
          Stream.concat(
              candidates,
              smaller.map(other -> all.withBatches(replaced(all.batches(), position, other))));
    }
    return candidates;
  }

  private static Stream<Map<String, List<List<String>>>> fewer(
      Map<String, List<List<String>>> rows) {
    return rows.entrySet().stream()
        .flatMap(
            entry ->
                without(entry.getValue())
                    .map(
                        rest -> {
                          Map<String, List<List<String>>> copy = new TreeMap<>(rows);
                          copy.put(entry.getKey(), rest);
                          return copy;
                        }));
  }

  /** Without a source, or without a column of one. */
  private static Stream<RandomCase> withoutColumns(RandomCase all) {
    Stream<RandomCase> candidates = without(all.sources()).map(all::withSources);
    for (StreamCase.Source source : all.sources()) {
      List<String> columns = Arrays.asList(COLUMN_END.split(source.columns()));
      for (int i = columns.size() - 1; i > 0; i--) {
        int position = i;
        if (!source.key().contains(columns.get(i).split(" ")[0])) {
          candidates =
              Stream.concat(candidates, Stream.of(1).map(one -> without(all, source, position)));
        }
      }
    }
    return candidates;
  }

  /** A comma that is not inside parentheses. */
  private static final Pattern COLUMN_END = Pattern.compile(", (?![^(]*\\))");

  private static RandomCase without(RandomCase all, StreamCase.Source source, int position) {
    List<String> columns = new ArrayList<>(Arrays.asList(COLUMN_END.split(source.columns())));
    columns.remove(position);
    StreamCase.Source narrower =
        new StreamCase.Source(
            source.name(),
            String.join(", ", columns),
            source.eventTime(),
            source.lateness(),
            source.key());
    List<StreamCase.Batch> batches = new ArrayList<>();
    for (StreamCase.Batch batch : all.batches()) {
      Map<String, List<List<String>>> rows = new TreeMap<>(batch.rows());
      rows.computeIfPresent(
          source.name(),
          (name, list) ->
              list.stream()
                  .map(
                      row -> {
                        List<String> rest = new ArrayList<>(row);
                        rest.remove(position);
                        return rest;
                      })
                  .toList());
      batches.add(new StreamCase.Batch(rows, batch.deletes(), batch.forget()));
    }
    List<StreamCase.Source> sources = new ArrayList<>(all.sources());
    sources.replaceAll(s -> s.name().equals(source.name()) ? narrower : s);
    return all.withSources(sources).withBatches(batches);
  }
}
