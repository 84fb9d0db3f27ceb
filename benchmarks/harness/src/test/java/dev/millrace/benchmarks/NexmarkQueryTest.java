package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The queries as the engines get them, and the comparison of their results. */
class NexmarkQueryTest {
  private static final Workplace PLACE = new Workplace(Path.of("..", "..").toAbsolutePath());

  @Test
  void everyQueryIsThereForEveryEngineThatCanRunIt() throws Exception {
    for (String name : NexmarkQuery.names()) {
      NexmarkQuery query = NexmarkQuery.of(PLACE, name);
      assertThat(query.streams()).as(name).isNotEmpty();
      assertThat(query.title()).as(name).isNotEqualTo(name);
      assertThat(query.duckDb()).as(name).doesNotContain("{{").contains(query.streams());
      // Flink's OVER does not take rows back, which q6 needs.
      assertThat(query.flink().isPresent()).as(name).isEqualTo(!name.equals("q6"));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> NexmarkQuery.of(PLACE, "q99"));
  }

  @Test
  void aProjectHasOnlyTheStreamsThatItsQueryReads() {
    List<String> lines =
        List.of("streams:", "      - name: person", "        p", "      - name: bid", "        b");
    assertThat(NexmarkProject.only(Set.of("bid"), lines))
        .containsExactly("streams:", "      - name: bid", "        b");
  }

  @Test
  void resultsDifferInRowsAndInSettledSums() throws Exception {
    NexmarkQuery query = NexmarkQuery.of(PLACE, "q18");
    NexmarkRun expected = run(3, "auction=7,price=1");
    assertThat(run(3, "auction=7,price=2,bidder=5").differences(expected, query)).isEmpty();
    assertThat(run(2, "auction=8").differences(expected, query)).hasSize(2);
  }

  private static NexmarkRun run(long rows, String sums) {
    Map<String, Long> parsed = NexmarkRun.sums(sums);
    return new NexmarkRun(1, 1, 1, 1, rows, 0, parsed);
  }
}
