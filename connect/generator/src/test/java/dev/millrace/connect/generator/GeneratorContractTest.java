package dev.millrace.connect.generator;

import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.option.Options;
import dev.millrace.testing.ManualClock;
import dev.millrace.testing.SourceContract;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class GeneratorContractTest extends SourceContract {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Override
  protected SourceConnector connector() {
    return new GeneratorConnector();
  }

  @Override
  protected SourceContext context(Optional<String> position) {
    return new SourceContext(
        "ads",
        new Options(List.of(), Map.of()),
        Generated.options(Map.of("start", "2026-01-01", "total", 12_000L)),
        Generated.ads(),
        position,
        new ManualClock(NOW));
  }
}
