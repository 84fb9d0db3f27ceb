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

class ActorsContractTest extends SourceContract {
  @Override
  protected SourceConnector connector() {
    return new GeneratorConnector();
  }

  @Override
  protected SourceContext context(Optional<String> position) {
    return new SourceContext(
        "listening",
        new Options(List.of(), Map.of()),
        Listening.january(8),
        Listening.streams("disorder", "10 seconds"),
        position,
        new ManualClock(Instant.parse("2026-11-21T12:00:00Z")));
  }
}
