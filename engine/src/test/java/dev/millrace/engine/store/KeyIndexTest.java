package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Numbers of rows may span more than four billion over time, though not at one time. */
final class KeyIndexTest {
  private static final long FAR = (1L << 32) + 10;
  private static final int HEAVY = 64;

  private final IndexMemory memory = new IndexMemory(64L << 20);

  private static long[] found(KeyIndex index, long hash) {
    KeyIndex.Candidates into = new KeyIndex.Candidates();
    assertThat(index.find(hash, into)).isTrue();
    return Arrays.copyOf(into.ids, into.size);
  }

  @Test
  void anEmptyIndexTakesAnyNumber() {
    try (KeyIndex index = new KeyIndex(memory, 1, 0, HEAVY)) {
      index.add(5, FAR);
      assertThat(found(index, 5)).containsExactly(FAR);
    }
  }

  @Test
  void oldRowsThatAreGoneMakeRoom() {
    try (KeyIndex index = new KeyIndex(memory, 1, 0, HEAVY)) {
      index.add(5, 1);
      index.add(6, 20);
      assertThat(index.remove(5, 1)).isTrue();
      assertThat(index.remove(5, 1)).isFalse();
      index.add(7, FAR);
      assertThat(found(index, 6)).containsExactly(20);
      assertThat(found(index, 7)).containsExactly(FAR);
    }
  }

  @Test
  void aRowThatLivesTooLongIsRefused() {
    try (KeyIndex index = new KeyIndex(memory, 1, 0, HEAVY)) {
      index.add(5, 1);
      assertThatThrownBy(() -> index.add(7, FAR)).hasMessageContaining("4 billion");
    }
  }

  @Test
  void aKeyThatWasGivenUpStaysSo() {
    try (KeyIndex index = new KeyIndex(memory, 1, 0, HEAVY)) {
      for (int i = 1; i <= HEAVY + 20; i++) {
        index.add(5, i + 20);
      }
      for (int i = 1; i <= HEAVY + 20; i++) {
        index.remove(5, i + 20);
      }
      index.add(7, FAR);
      assertThat(index.find(5, new KeyIndex.Candidates())).isFalse();
      assertThat(found(index, 7)).containsExactly(FAR);
    }
  }
}
