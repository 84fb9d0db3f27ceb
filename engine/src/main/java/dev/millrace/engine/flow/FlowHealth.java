package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreError;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.ReaderState;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a flow is doing. The flow's thread writes it; any thread reads it. */
public final class FlowHealth {
  private static final Logger LOG = LoggerFactory.getLogger(Flow.class);

  private final String flow;
  private final Store store;
  private final Notes notes;
  private volatile Health state = Health.OK;
  private volatile @Nullable Problem problem;
  private volatile List<PartitionLag> lag = List.of();
  private volatile boolean caughtUp;

  /**
   * Of a flow that is well and has read nothing.
   *
   * @param notes gets the reason whenever it fares worse, on the flow's thread
   */
  FlowHealth(String flow, Store store, Notes notes) {
    this.flow = flow;
    this.store = store;
    this.notes = notes;
  }

  /** All is well; or it is not, for a reason that is told once. */
  void is(Health now, @Nullable Problem reason) {
    if (now != state && reason != null) {
      LOG.warn("flow {}: {}", flow, reason);
      notes.add(reason);
    }
    state = now;
    problem = reason;
  }

  /** A turn has ended well, or as well as can be while no broker answers. */
  void after(ReaderState reader) {
    if (reader.connected()) {
      is(Health.OK, null);
    } else {
      String error = reader.lastError().orElse("no broker answers");
      is(Health.RETRYING, FlowError.disconnected(flow, error));
    }
  }

  /** It has ended for a reason that somebody has to mend: no batch will tell of it. */
  void ended(Problem reason) {
    stopped(reason);
    notes.tell(store, flow);
  }

  /** It has ended for good. */
  void stopped(Problem reason) {
    is(Health.STOPPED, reason);
    caughtUp = false;
  }

  /** It has ended through a fault of ours. */
  void failed(Throwable e) {
    LOG.error("flow {} failed", flow, e);
    ended(
        Problem.error(
            StoreError.STATEMENT_FAILED,
            null,
            "flow " + flow + " failed: " + e,
            "this is a fault of Millrace; please report it with the log"));
  }

  /** How far behind the topics it is now. */
  void lag(List<PartitionLag> now) {
    lag = now;
  }

  /** Whether it has read and committed all there is. */
  void caughtUp(boolean now) {
    caughtUp = now;
  }

  /** The state, which is {@link Health#IDLE} if there is nothing to do. */
  public Health state() {
    return state == Health.OK && caughtUp ? Health.IDLE : state;
  }

  /** What is wrong; empty while all is well. */
  public Optional<Problem> problem() {
    return Optional.ofNullable(problem);
  }

  /** How far behind the topics it is, as of the last poll. */
  public List<PartitionLag> lag() {
    return lag;
  }

  /** Whether all there is was read and committed; false too while it tries again. */
  boolean isCaughtUp() {
    return caughtUp && state != Health.RETRYING;
  }
}
