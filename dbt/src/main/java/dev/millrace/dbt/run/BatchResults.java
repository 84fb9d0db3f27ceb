package dev.millrace.dbt.run;

import dev.millrace.dbt.context.EventTime;
import java.util.List;

/**
 * What became of the batches of a microbatch model, each by the event time that it is about.
 *
 * @param successful those that are in the table, in order
 * @param failed those that are not, whether they ran or not, in order
 */
public record BatchResults(List<EventTime> successful, List<EventTime> failed) {
  /** Copies the lists. */
  public BatchResults {
    successful = List.copyOf(successful);
    failed = List.copyOf(failed);
  }
}
