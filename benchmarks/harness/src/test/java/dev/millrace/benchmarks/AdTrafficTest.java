package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdTrafficTest {
  private static final int COUNT = 20_000;
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

  private final ObjectMapper mapper = new ObjectMapper();

  @Test
  void theSameSeedGivesTheSameEvents() {
    List<AdEvent> one = events(3);
    List<AdEvent> two = events(3);
    for (int i = 0; i < COUNT; i++) {
      assertThat(one.get(i).json()).isEqualTo(two.get(i).json());
      assertThat(one.get(i).partition()).isEqualTo(two.get(i).partition());
    }
    assertThat(events(4).get(0).json()).isNotEqualTo(one.get(0).json());
  }

  @Test
  void eventsArriveInOrderAndNeverLaterThanTheWatermarkAllows() {
    Map<String, Long> newest = new HashMap<>();
    long arrival = Long.MIN_VALUE;
    for (AdEvent event : events(5)) {
      assertThat(event.arrivalMicros()).isGreaterThanOrEqualTo(arrival);
      arrival = event.arrivalMicros();
      Optional<Instant> time = time(event);
      if (time.isPresent()) {
        long millis = time.get().toEpochMilli();
        String partition = event.topic() + event.partition();
        long before = newest.getOrDefault(partition, 0L);
        assertThat(millis).isGreaterThan(before - AdTraffic.MOST_LATE.toMillis());
        newest.put(partition, Math.max(before, millis));
      }
    }
  }

  @Test
  void nineImpressionsForAClickAndOnePerCentEachOfRepeatsAndMalformed() {
    int clicks = 0;
    int malformed = 0;
    int repeated = 0;
    Set<String> ids = new HashSet<>();
    for (AdEvent event : events(6)) {
      clicks += event.topic().equals(AdTraffic.CLICKS) ? 1 : 0;
      if (time(event).isEmpty()) {
        malformed++;
      } else if (!ids.add(new String(event.json(), StandardCharsets.UTF_8).substring(0, 40))) {
        repeated++;
      }
    }
    assertThat(clicks / (double) COUNT).isBetween(.09, .11);
    // A wrong number is not counted here: its event has a time.
    assertThat(malformed / (double) COUNT).isBetween(.004, .012);
    assertThat(repeated / (double) COUNT).isBetween(.008, .012);
  }

  private static List<AdEvent> events(long seed) {
    AdTraffic traffic = new AdTraffic(seed, START, 20);
    List<AdEvent> events = new ArrayList<>(COUNT);
    for (int i = 0; i < COUNT; i++) {
      events.add(traffic.next());
    }
    return events;
  }

  private Optional<Instant> time(AdEvent event) {
    try {
      JsonNode json = mapper.readTree(event.json());
      String field = event.topic().equals(AdTraffic.CLICKS) ? "clicked_at" : "shown_at";
      return Optional.ofNullable(json.get(field)).map(JsonNode::asText).map(Instant::parse);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
