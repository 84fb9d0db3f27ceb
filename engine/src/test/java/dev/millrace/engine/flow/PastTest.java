package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class PastTest {
  @Test
  void aPartitionThatWasAddedMeanwhileBeginsWhereItDid() {
    List<Position> first =
        List.of(new Position("kafka", "t", 0, 5), new Position("kafka", "t", 1, 40));
    assertThat(Past.goingOn(first, List.of(new Position("kafka", "t", 0, 90))))
        .containsExactly(new Position("kafka", "t", 0, 90), new Position("kafka", "t", 1, 40));
    assertThat(Past.goingOn(first, List.of())).isEqualTo(first);
  }
}
