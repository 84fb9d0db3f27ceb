package dev.millrace.embedded.clickhouse;

import dev.millrace.embedded.clickhouse.ChdbConnection.EngineException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that requests name by {@code session_id}: what one of them sets, uses or makes for the
 * time being is there for the next ones. Each has a connection of its own. Thread-safe.
 */
final class Sessions implements AutoCloseable {
  private static final int MOST = 32;
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Opener opener;
  private final Supplier<Long> nanos;
  private final Map<String, Session> all = new HashMap<>();

  /** Opens connections. */
  @FunctionalInterface
  interface Opener {
    /** A new one. */
    ChdbConnection open() throws EngineException;
  }

  /** One of them; for the request that has taken it. */
  static final class Session {
    private final ChdbConnection connection;
    private boolean taken = true;
    private long ends;
    private long timeout;

    private Session(ChdbConnection connection) {
      this.connection = connection;
    }

    ChdbConnection connection() {
      return connection;
    }
  }

  /**
   * No session yet.
   *
   * @param nanos the time, as {@link System#nanoTime} has it
   */
  Sessions(Opener opener, Supplier<Long> nanos) {
    this.opener = opener;
    this.nanos = nanos;
  }

  /**
   * Takes a session for a request.
   *
   * @param timeout after the request, how long it waits for the next one
   * @param old true if it must be there already
   * @throws EngineException as a server says it, if it is not, or another request has it
   */
  synchronized Session take(String id, Duration timeout, boolean old) throws EngineException {
    endOld();
    Session session = all.get(id);
    if (session == null && old) {
      throw new EngineException(
          "Code: 372. DB::Exception: Session " + id + " not found. (SESSION_NOT_FOUND)");
    }
    if (session == null) {
      makeRoom();
      session = new Session(opener.open());
      all.put(id, session);
    } else if (session.taken) {
      throw new EngineException(
          "Code: 373. DB::Exception: Session "
              + id
              + " is locked by a concurrent client. (SESSION_IS_LOCKED)");
    }
    session.taken = true;
    session.timeout = Math.min(timeout.toNanos(), LONGEST.toNanos());
    return session;
  }

  synchronized void giveBack(Session session) {
    session.taken = false;
    session.ends = nanos.get() + session.timeout;
  }

  private void endOld() {
    Iterator<Session> sessions = all.values().iterator();
    while (sessions.hasNext()) {
      Session session = sessions.next();
      if (!session.taken && session.ends - nanos.get() <= 0) {
        sessions.remove();
        session.connection.close();
      }
    }
  }

  /** Ends the session that would end first, if there are very many. */
  private void makeRoom() throws EngineException {
    if (all.size() < MOST) {
      return;
    }
    Map.@Nullable Entry<String, Session> first =
        all.entrySet().stream()
            .filter(s -> !s.getValue().taken)
            .min(Comparator.comparingLong(s -> s.getValue().ends))
            .orElse(null);
    if (first == null) {
      throw new EngineException(
          "Code: 202. DB::Exception: "
              + MOST
              + " sessions have requests that run. (TOO_MANY_SIMULTANEOUS_QUERIES)");
    }
    all.remove(first.getKey());
    first.getValue().connection.close();
  }

  /** Ends those that no request has. */
  @Override
  public synchronized void close() {
    all.values().removeIf(session -> !session.taken && closed(session));
  }

  private static boolean closed(Session session) {
    session.connection.close();
    return true;
  }
}
