package dev.millrace.sql.random;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Chance, fresh names, and what has been used of SQL, for one query. */
final class Dice {
  /** Names that programs could take for their own, with or without a letter before them. */
  static final List<String> LIKELY = List.of("w", "n", "none", "id", "_rows");

  private final Random random;
  private final Set<String> used = new TreeSet<>();
  private final List<String> likely = new ArrayList<>(LIKELY);
  private int names;

  Dice(Random random, int names) {
    this.random = random;
    this.names = names;
    Collections.shuffle(likely, random);
  }

  int next(int bound) {
    return random.nextInt(bound);
  }

  /** True once in so many times. */
  boolean once(int in) {
    return random.nextInt(in) == 0;
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  String name() {
    return "n" + names++;
  }

  /** A fresh name of a column, now and then one that programs could take for their own. */
  String column() {
    return likely.isEmpty() || !once(3) ? name() : likely.remove(likely.size() - 1);
  }

  /** Notes a construct and returns the text that uses it. */
  String use(String construct, String sql) {
    used.add(construct);
    return sql;
  }

  void use(String construct) {
    used.add(construct);
  }

  Set<String> used() {
    return used;
  }
}
