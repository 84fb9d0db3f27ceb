package dev.millrace.sql;

import dev.millrace.sql.Join.Distance;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What watermarks say about a join. Let a condition bound two times: {@code least <= l - r <= most}
 * for each pair that joins, and let W(x) be x's watermark: no later change has a smaller x.
 *
 * <ul>
 *   <li>Output. A later change of the output pairs a later change of one side with any row of the
 *       other. If the left changes, {@code l >= W(l)}. If the right changes, {@code r >= W(r)}, so
 *       {@code l >= W(r) + least}. Hence the smaller of both is a watermark of l in the output, and
 *       likewise {@code min(W(r), W(l) - most)} for r. A row without partner changes together with
 *       itself or with a row of the other side that joins it: the same bounds.
 *   <li>Left state. A left row is read to pair it with a later change of the right, so it is needed
 *       only while {@code l >= W(r) + least}.
 *   <li>Right state. A right row is read to pair it with a later change of the left: while {@code r
 *       >= W(l) - most}. All joins but inner ones read it too to learn whether a left row that a
 *       later change of the right touches has a partner already: that left row has {@code l >= W(r)
 *       + least}, and its partners {@code r >= l - most >= W(r) + least - most}. A full join asks
 *       the same of left rows: {@code l >= r + least >= W(l) - most + least}.
 * </ul>
 *
 * A later retraction is a later change: its row obeys the watermark, so that its partners are still
 * there; its own row may be forgotten already, and then there is nothing to remove.
 */
final class JoinTimes {
  /**
   * Rows of a state are not needed any more when a column is before an instant.
   *
   * @param partial true if there may be ever more rows without a value there
   */
  record Bound(String column, String before, boolean partial) {
    Bound(String column, String before) {
      this(column, before, false);
    }
  }

  private JoinTimes() {}

  static Map<String, String> watermarks(Join join) {
    if (join.isBesideConstants() || join.isAsOfProcessing()) {
      return join.left().watermarks();
    } else if (join.kind() == Join.Kind.INNER && Values.isConstant(join.left())) {
      return join.right().watermarks();
    }
    Map<String, String> left = join.left().watermarks();
    Map<String, String> right = join.right().watermarks();
    Map<String, String> marks = new LinkedHashMap<>();
    for (Distance d : join.distances()) {
      String l = left.get(d.left());
      String r = right.get(d.right());
      if (l != null && r != null && d.least() != null) {
        marks.putIfAbsent(d.left(), Watermarks.least(l, Watermarks.plus(r, d.least())));
      }
      if (l != null && r != null && d.most() != null) {
        marks.putIfAbsent(d.right(), Watermarks.least(r, Watermarks.plus(l, -d.most())));
      }
    }
    if (!join.kind().hasPairs()) {
      marks.keySet().retainAll(left.keySet());
    }
    return marks;
  }

  /**
   * Of an ASOF JOIN, an instant behind which of each key's right rows only the newest is needed. A
   * left row that is still to come has {@code l >= min(W(l), W(r))}, so that its partner is not
   * before any right row that is before that. No left row may be taken back: that takes back all
   * its pairs, also those with right rows that later ones have taken the place of.
   */
  static Optional<String> nearest(Join join) {
    Field time = join.nearest();
    if (time == null
        || !join.left().appendOnly()
        || !join.right().appendOnly()
        || join.readsRightBeside(time)) {
      return Optional.empty();
    }
    for (Distance d : join.distances()) {
      String l = join.left().watermarks().get(d.left());
      String r = join.right().watermarks().get(d.right());
      boolean plain = d.right().equals(time.name()) && d.least() != null && d.least() == 0;
      if (plain && l != null && r != null) {
        return Optional.of(Watermarks.least(l, r));
      }
    }
    return Optional.empty();
  }

  static Optional<Bound> leftState(Join join) {
    for (Distance d : join.distances()) {
      String l = join.left().watermarks().get(d.left());
      String r = join.right().watermarks().get(d.right());
      if (r == null || d.least() == null) {
        continue;
      }
      String before = Watermarks.plus(r, d.least());
      if (join.kind() != Join.Kind.FULL) {
        return Optional.of(new Bound(d.left(), before));
      }
      if (l != null && d.most() != null) {
        String touched = Watermarks.plus(l, d.least() - d.most());
        return Optional.of(new Bound(d.left(), Watermarks.least(before, touched)));
      }
    }
    return Optional.empty();
  }

  static Optional<Bound> rightState(Join join) {
    for (Distance d : join.distances()) {
      String l = join.left().watermarks().get(d.left());
      String r = join.right().watermarks().get(d.right());
      if (l == null || d.most() == null) {
        continue;
      }
      String before = Watermarks.plus(l, -d.most());
      if (join.kind() == Join.Kind.INNER) {
        return Optional.of(new Bound(d.right(), before));
      }
      if (r != null && d.least() != null) {
        String touched = Watermarks.plus(r, d.least() - d.most());
        return Optional.of(new Bound(d.right(), Watermarks.least(before, touched)));
      }
    }
    return Optional.empty();
  }
}
