package dev.millrace.engine.store;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.DuckDbLibrary;
import dev.millrace.sql.JavaFunctions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one DuckDB database of a project: stream tables, states, outboxes and system tables. One
 * process opens it at a time. Thread-safe; {@link Writer}s and connections are for one thread each.
 *
 * <p>A full disk or a damaged page makes DuckDB invalidate the whole instance; {@link #reopen} then
 * starts a new one from what was committed. Connections handed out before fail from then on, and
 * their owners ask for new ones.
 */
public final class Store implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Store.class);

  private static final Duration LOCK_WAIT = Duration.ofSeconds(5);
  private static final Duration LOCK_PAUSE = Duration.ofMillis(50);

  /** The layout of the tables. A store with another number is refused: it is made anew. */
  static final int VERSION = 4;

  private final StoreOptions options;
  private final IndexMemory indexMemory;
  private final Path file;
  private final String epoch;
  private DuckDBConnection root;

  /** All that were given out and are not yet garbage. */
  private final Set<Connection> connections = Collections.newSetFromMap(new WeakHashMap<>());

  private long generation;
  private int threads;
  private int vacuumTasks = Vacuum.ALL;
  private boolean closed;

  private Store(StoreOptions options, Path file, DuckDBConnection root) throws SQLException {
    this.options = options;
    this.indexMemory = new IndexMemory(options.indexBytes());
    this.file = file;
    this.root = root;
    this.threads = options.threads();
    // Before any setting is changed: DuckDB refuses a second connection to a database of other
    // settings.
    configure(root);
    this.epoch = prepare();
  }

  /**
   * Opens the store, and makes it if it is missing. One that another process has open is waited for
   * for some seconds: that may be a single `millrace sql`.
   *
   * @throws StopException if it is newer, locked or damaged
   */
  public static Store open(StoreOptions options) {
    Path file = options.folder().resolve("store.duckdb");
    boolean made = !Files.exists(file);
    try {
      Files.createDirectories(options.folder());
      DuckDBConnection root = connectOnceFree(file);
      try {
        deleteScratch(options.folder().resolve("scratch"));
        return new Store(options, file, root);
      } catch (SQLException e) {
        root.close();
        throw e;
      }
    } catch (SQLException e) {
      if (made) {
        // DuckDB does not open again what it could not finish, and there is nothing in it.
        file.toFile().delete();
      }
      throw unavailable(file, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DuckDBConnection connectOnceFree(Path file) throws SQLException {
    long deadline = System.nanoTime() + LOCK_WAIT.toNanos();
    while (true) {
      try {
        return connect(file);
      } catch (SQLException e) {
        if (!isLocked(e)
            || System.nanoTime() > deadline
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(LOCK_PAUSE.toNanos());
      }
    }
  }

  private static boolean isLocked(SQLException e) {
    return String.valueOf(e.getMessage()).contains("lock on file");
  }

  private static void deleteScratch(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static StopException unavailable(Path file, SQLException e) {
    String message = String.valueOf(e.getMessage());
    if (isDiskFull(message.toLowerCase(Locale.ROOT))) {
      return new StopException(
          diskFull(message, "free some space, then run again; nothing is lost"), e);
    }
    boolean locked = isLocked(e);
    return new StopException(
        Problem.error(
            StoreError.STORE_UNAVAILABLE,
            null,
            "the store `" + file + "` cannot be opened: " + firstLine(message),
            locked
                ? "another process has it open: end that one, or ask it with `millrace sql`"
                : "restore it from a backup, or start over from the topics with `--fresh`"),
        e);
  }

  private static DuckDBConnection connect(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:duckdb:" + file).unwrap(DuckDBConnection.class);
  }

  /**
   * Settings of the instance, after both connections are open: DuckDB compares those given when one
   * is opened.
   */
  private void configure(DuckDBConnection connection) throws SQLException {
    DuckDbLibrary.deleteFile();
    RowFunction.register(connection);
    Callbacks.register(connection);
    JavaFunctions.register(connection, options.functions());
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET GLOBAL threads = " + options.threads());
      if (options.memoryBytes() != StoreOptions.ENGINES_OWN) {
        statement.execute("SET GLOBAL memory_limit = '" + (options.memoryBytes() >> 20) + "MiB'");
        keepBlocks(connection, options.memoryBytes());
      }
      statement.execute(
          "SET GLOBAL temp_directory = "
              + Identifier.literal(options.folder().resolve("spill").toString()));
      statement.execute("SET GLOBAL checkpoint_threshold = '48MiB'");
      statement.execute("SET GLOBAL max_vacuum_tasks = " + Vacuum.ALL);
      statement.execute("SET GLOBAL autoinstall_known_extensions = false");
      statement.execute("SET GLOBAL autoload_known_extensions = false");
      statement.execute("SET GLOBAL TimeZone = " + Identifier.literal(zone(options)));
      statement.execute("SET GLOBAL preserve_insertion_order = false");
    }
  }

  /**
   * Lets DuckDB keep blocks of memory, up to its limit, instead of giving each back to the system
   * and asking for it again. What it needs in larger pieces it takes from them, so that both
   * together stay within the limit.
   */
  private static void keepBlocks(Connection connection, long limit) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET GLOBAL allocator_bulk_deallocation_flush_threshold = '" + (limit >> 13) + "KiB'");
      statement.execute("SET GLOBAL block_allocator_memory = '" + (limit >> 20) + "MiB'");
    } catch (SQLException e) {
      // A limit above what the machine has is allowed, but so many blocks are not.
      LOG.debug("DuckDB keeps no blocks of memory", e);
    }
  }

  /** DuckDB does not know Java's short name of UTC. */
  private static String zone(StoreOptions options) {
    return options.timeZone().equals(ZoneOffset.UTC) ? "UTC" : options.timeZone().getId();
  }

  /** Creates what is missing and returns the store's epoch. */
  private String prepare() throws SQLException {
    try (Statement statement = root.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS progress");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS progress.store"
              + " (version INTEGER, epoch VARCHAR, created_at TIMESTAMPTZ)");
      try (ResultSet row = statement.executeQuery("SELECT version, epoch FROM progress.store")) {
        if (row.next()) {
          if (row.getInt(1) != VERSION) {
            throw otherVersion(row.getInt(1));
          }
          return row.getString(2);
        }
      }
      String fresh = UUID.randomUUID().toString();
      statement.execute(
          "INSERT INTO progress.store VALUES (" + VERSION + ", '" + fresh + "', now())");
      return fresh;
    } catch (StopException e) {
      root.close();
      throw e;
    }
  }

  private StopException otherVersion(int version) {
    String age = version > VERSION ? "newer" : "older";
    return new StopException(
        Problem.error(
            version > VERSION ? StoreError.STORE_NEWER : StoreError.STORE_OLDER,
            null,
            ("the store `" + file + "` was written by a " + age + " version of Millrace (layout ")
                + (version + ", this version knows " + VERSION + ")"),
            "use that version, or start over from the topics with `--fresh`"),
        null);
  }

  /** Identifies this store for as long as it lives; a store made anew has another. */
  public String epoch() {
    return epoch;
  }

  StoreOptions options() {
    return options;
  }

  IndexMemory indexMemory() {
    return indexMemory;
  }

  /** Sets how many threads statements run on, at most those of the options, if others are set. */
  synchronized void useThreads(Transaction transaction, int wanted) throws SQLException {
    int fitting = Math.min(wanted, options.threads());
    if (fitting != threads) {
      transaction.execute("SET GLOBAL threads = " + fitting);
      threads = fitting;
    }
  }

  /** Sets how many tasks of vacuum a checkpoint does, if others are set. */
  synchronized void useVacuumTasks(Transaction transaction, int tasks) throws SQLException {
    if (tasks != vacuumTasks) {
      transaction.execute("SET GLOBAL max_vacuum_tasks = " + tasks);
      vacuumTasks = tasks;
    }
  }

  /** A folder for files that mean nothing once the store is closed. */
  Path scratch() {
    return options.folder().resolve("scratch");
  }

  /** The bytes on disk, write-ahead log included. */
  public long bytes() {
    return size(file) + size(file.resolveSibling(file.getFileName() + ".wal"));
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      return 0;
    }
  }

  /** A connection of its own for one thread; it sees what is committed and the caller closes it. */
  public synchronized Connection connect() throws SQLException {
    if (closed) {
      throw new SQLException("the store is closed");
    }
    if (root.isClosed()) {
      throw new SQLException("FATAL Error: the store could not be opened anew");
    }
    Connection made = root.duplicate();
    connections.add(made);
    return made;
  }

  /** Reads for one thread, in the middle of its writer's statements too. */
  public StoreReader reader() {
    return new StoreReader(this);
  }

  /** A writer for one thread. */
  public Writer writer() {
    return new Writer(this);
  }

  /**
   * Grows whenever the database instance was replaced; a connection of an older generation is dead.
   */
  public synchronized long generation() {
    return generation;
  }

  /**
   * Replaces a database instance that DuckDB has invalidated, unless another thread has done so
   * since {@code seen}. All connections are closed, whoever has them: what they run ends with an
   * error.
   *
   * @throws RetryException if the disk is still full
   */
  public synchronized void reopen(long seen) {
    if (closed || generation != seen) {
      return;
    }
    // DuckDB gives out the same dead instance as long as anybody has a connection to it.
    generation++;
    connections.forEach(Store::closeDead);
    connections.clear();
    closeDead(root);
    try {
      root = connect(file);
      configure(root);
      threads = options.threads();
      vacuumTasks = Vacuum.ALL;
    } catch (SQLException e) {
      throw retry(e);
    }
  }

  private static void closeDead(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // The instance is invalid anyway; what was committed is in the file and its log.
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      try {
        root.close();
      } catch (SQLException e) {
        // Nothing is lost: every batch was committed durably.
      }
    }
  }

  /**
   * True if an exception of a connection means that DuckDB has given up the whole instance, so that
   * only {@link #reopen} helps, or that this was done meanwhile and closed the connection.
   *
   * @param seen the generation of the connection
   */
  public synchronized boolean isFatal(SQLException e, long seen) {
    String message = String.valueOf(e.getMessage());
    return seen != generation
        || message.contains("database has been invalidated")
        || message.startsWith("FATAL");
  }

  /**
   * The exception for a fault that may pass: a full disk, no memory, a commit whose outcome is
   * unknown.
   */
  public static RetryException retry(SQLException e) {
    String message = String.valueOf(e.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (isDiskFull(lower)) {
      return new RetryException(
          diskFull(message, "free some space; Millrace goes on by itself and has lost nothing"), e);
    }
    if (isOutOfMemory(e)) {
      return new RetryException(
          Problem.error(
              StoreError.OUT_OF_MEMORY,
              null,
              "the store is out of memory: " + firstLine(message),
              "batches become smaller by themselves; raise `memory` in millrace.yml if this goes"
                  + " on"),
          e);
    }
    return new RetryException(
        Problem.error(
            StoreError.COMMIT_UNKNOWN,
            null,
            "the store did not answer: " + firstLine(message),
            null),
        e);
  }

  /** True if a statement or commit wanted more memory than the store may have. */
  static boolean isOutOfMemory(SQLException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("out of memory");
  }

  private static Problem diskFull(String message, String hint) {
    return Problem.error(
        StoreError.DISK_FULL, null, "the disk is full: " + firstLine(message), hint);
  }

  /**
   * True for a conflict with another transaction or a full disk: the same statements may succeed
   * later.
   */
  public static boolean isPassing(SQLException e) {
    String lower = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return isConflict(e) || isDiskFull(lower);
  }

  /** True for a conflict with another transaction: nothing was committed. */
  public static boolean isConflict(SQLException e) {
    String lower = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return lower.contains("conflict") && lower.contains("transaction");
  }

  private static boolean isDiskFull(String lower) {
    return lower.contains("no space left")
        || lower.contains("disk quota")
        || lower.contains("not enough space");
  }

  static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
