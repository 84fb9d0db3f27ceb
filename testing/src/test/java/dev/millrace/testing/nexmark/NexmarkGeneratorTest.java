package dev.millrace.testing.nexmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.testing.nexmark.NexmarkEvent.Kind;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The proportions that Nexmark's description gives. */
class NexmarkGeneratorTest {
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final int EVENTS = 50_000;

  private static List<NexmarkEvent> events(long seed, int disorder) {
    NexmarkGenerator generator = new NexmarkGenerator(seed, START, 10_000, disorder);
    return Stream.generate(generator::next).limit(EVENTS).toList();
  }

  private static long count(List<NexmarkEvent> events, Kind kind) {
    return events.stream().filter(event -> event.kind() == kind).count();
  }

  private static long number(NexmarkEvent event, String field) {
    String rest = event.json().substring(event.json().indexOf("\"" + field + "\":"));
    return Long.parseLong(rest.substring(field.length() + 3, rest.indexOf(',')));
  }

  @Test
  void aSeedMakesTheSameEvents() {
    assertThat(events(7, 1)).isEqualTo(events(7, 1)).isNotEqualTo(events(8, 1));
  }

  @Test
  void ofFiftyEventsOneIsAPersonAndThreeAreAuctions() {
    List<NexmarkEvent> events = events(1, 1);
    assertThat(count(events, Kind.PERSON)).isEqualTo(EVENTS / 50);
    assertThat(count(events, Kind.AUCTION)).isEqualTo(EVENTS / 50 * 3);
    assertThat(count(events, Kind.BID)).isEqualTo(EVENTS / 50 * 46);
  }

  @Test
  void halfOfTheBidsAreForTheHotAuction() {
    List<NexmarkEvent> bids =
        events(2, 1).stream().filter(event -> event.kind() == Kind.BID).toList();
    double hot = bids.stream().filter(bid -> number(bid, "auction") % 100 == 0).count();
    double hotBidders = bids.stream().filter(bid -> number(bid, "bidder") % 100 == 1).count();
    assertThat(hot / bids.size()).isCloseTo(0.5, within(0.02));
    assertThat(hotBidders / bids.size()).isCloseTo(0.75, within(0.02));
  }

  @Test
  void idsAreGivenInOrderAndEventsAreAboutWhatThereIs() {
    long people = 1000;
    long auctions = 1000;
    for (NexmarkEvent event : events(3, 1)) {
      switch (event.kind()) {
        case PERSON -> assertThat(number(event, "id")).isEqualTo(people++);
        case AUCTION -> {
          assertThat(number(event, "id")).isEqualTo(auctions++);
          assertThat(number(event, "seller")).isBetween(1000L, people + 10);
          assertThat(event.json()).hasSizeBetween(450, 750);
        }
        case BID -> {
          assertThat(number(event, "auction")).isBetween(1000L, auctions + 10);
          assertThat(number(event, "bidder")).isBetween(1000L, people + 10);
          assertThat(number(event, "price")).isBetween(100L, 100_000_000L);
        }
      }
    }
  }

  @Test
  void timesGrowAsFastAsAskedAndDisorderIsBounded() {
    List<NexmarkEvent> ordered = events(4, 1);
    assertThat(ordered.get(0).millis()).isEqualTo(START.toEpochMilli());
    assertThat(ordered.get(EVENTS - 1).millis() - START.toEpochMilli()).isEqualTo(4999);
    assertThat(ordered).isSortedAccordingTo((a, b) -> Long.compare(a.millis(), b.millis()));

    List<NexmarkEvent> shuffled = events(4, 100);
    for (int i = 0; i < EVENTS; i++) {
      assertThat(Math.abs(shuffled.get(i).millis() - ordered.get(i).millis())).isLessThan(10);
    }
    assertThat(shuffled.stream().map(NexmarkEvent::millis).sorted().toList())
        .isEqualTo(ordered.stream().map(NexmarkEvent::millis).toList());
    assertThatIllegalArgumentException().isThrownBy(() -> new NexmarkGenerator(1, START, 10, 953));
  }
}
