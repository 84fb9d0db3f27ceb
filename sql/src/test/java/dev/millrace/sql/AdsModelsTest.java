package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Seeds;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The models of examples/ads stay equal to their queries. */
class AdsModelsTest {
  @Test
  void staysEqual() throws Exception {
    Random random = Seeds.random("AdsModelsTest");
    try (Pipeline pipeline = new Pipeline()) {
      AdsModels.addTo(pipeline);
      pipeline.execute("SELECT setseed(" + random.nextDouble() + ")");
      long sequence = 0;
      for (int batch = 0; batch < 40; batch++) {
        Map<String, String> rows = new HashMap<>();
        int size = random.nextInt(4) == 0 ? 0 : random.nextInt(300);
        if (random.nextInt(5) > 0) {
          rows.put("ads.impressions", impressions(sequence, size, batch));
        }
        if (random.nextInt(5) > 0) {
          rows.put("ads.clicks", clicks(sequence, random.nextInt(150), batch));
        }
        sequence += size;
        pipeline.batch(rows, random.nextInt(3) > 0);
        pipeline.check();
      }
      pipeline.batch(Map.of(), true);
      // Twenty minutes have passed, and the join looks back ten.
      assertThat(pipeline.count("state.attributed__left"))
          .isPositive()
          .isLessThan(pipeline.count("ads.impressions") * 3 / 4);
      assertThat(pipeline.count("state.campaign_minutes_final__groups")).isLessThan(30);
    }
  }

  private static String impressions(long from, int size, int batch) {
    return """
        SELECT CASE WHEN random() < 0.02 THEN NULL ELSE 'i' || (i + %d) END,
          (random() * 4)::INTEGER, 'u' || (random() * 20)::INTEGER,
          CASE (random() * 3)::INTEGER WHEN 0 THEN 'de' WHEN 1 THEN 'fr' END,
          CASE WHEN random() < 0.5 THEN 'mobile' ELSE 'desktop' END,
          (random() * 0.01 - 0.0001)::DECIMAL(10,6),
          TIMESTAMPTZ '2026-11-21 10:00:00' + to_seconds(%d * 30 + random() * 60 - 20)
        FROM range(%d) r(i)
        """
        .formatted(from, batch, size);
  }

  private static String clicks(long upTo, int size, int batch) {
    return """
        SELECT 'c' || (random() * 100000)::INTEGER,
          CASE WHEN random() < 0.02 THEN NULL ELSE 'i' || (random() * %d)::INTEGER END,
          TIMESTAMPTZ '2026-11-21 10:00:00' + to_seconds(%d * 30 + random() * 60 - 20)
        FROM range(%d) r(i)
        """
        .formatted(upTo + 100, batch, size);
  }
}
