package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Callable;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch of a microbatch model, as templates see it.
 *
 * @param id what {@code model.batch.id} is
 * @param start in UTC, within the batch
 * @param end in UTC, not within it
 * @param goesOn whether there is a table to which the batch is added
 * @param first whether hooks before the model run
 * @param last whether hooks behind the model run
 */
public record BatchNames(
    String id,
    ZonedDateTime start,
    ZonedDateTime end,
    boolean goesOn,
    boolean first,
    boolean last) {
  void into(RunNames names) {
    LocalDateTime from = start.toLocalDateTime();
    LocalDateTime to = end.toLocalDateTime();
    names.restrict(new EventTime(from, to));
    Map<String, @Nullable Object> batch = new LinkedHashMap<>();
    batch.put("id", id);
    batch.put("event_time_start", EventTime.text(from));
    batch.put("event_time_end", EventTime.text(to));
    names.model().put("batch", batch);
    if (goesOn) {
      names.names().override("is_incremental", (Callable) arguments -> true);
      names.names().override("should_full_refresh", (Callable) arguments -> false);
    }
    if (!first) {
      names.names().set("pre_hooks", new ArrayList<>());
    }
    if (!last) {
      names.names().set("post_hooks", new ArrayList<>());
    }
  }
}
