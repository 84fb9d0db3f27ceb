package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which servers are new enough. */
class ServerVersionTest {
  @Test
  void comparesYearsAndReleases() {
    for (String enough :
        new String[] {"23.2", "23.2.1.2537", "23.10.1-lts", "26.5.3", "24.1.1.1"}) {
      assertThat(ServerVersion.parse(enough).isEnough()).as(enough).isTrue();
    }
    for (String old : new String[] {"18.16.1", "22.12.6.22", "23.1.7.30", "1.1.54380"}) {
      assertThat(ServerVersion.parse(old).isEnough()).as(old).isFalse();
    }
  }

  /** A server of another make that answers in another way is not refused for that. */
  @Test
  void whatIsNoVersionIsTaken() {
    assertThat(ServerVersion.parse("head").isEnough()).isTrue();
  }
}
