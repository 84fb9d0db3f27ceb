package dev.millrace.lake;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.option.Options;
import dev.millrace.api.table.StoredTable;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a table needs that gets a small file at each commit: these are written together, and earlier
 * versions and files of killed processes go. A failure of it is told and stops nothing; what was
 * not done is done behind a later commit.
 */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  /** So many files of about the same size become one. */
  private static final int SMALL_FILES = 8;

  /** An expiry reads all manifests, so it is not done at each commit. */
  private static final int COMMITS_BETWEEN_EXPIRIES = 20;

  /** Longer than any commit takes. */
  private static final Duration ORPHAN_AGE = Duration.ofDays(1);

  private final StoredTable table;
  private final Options options;
  private final Connection duckdb;
  private int commits;

  Upkeep(StoredTable table, Options options, Connection duckdb) {
    this.table = table;
    this.options = options;
    this.duckdb = duckdb;
  }

  void afterCommit() {
    try {
      if (options.flag(LakeOptions.COMPACT)) {
        table.compact(duckdb, options.number(LakeOptions.FILE_SIZE), SMALL_FILES);
      }
      if (commits++ % COMMITS_BETWEEN_EXPIRIES == 0) {
        table.expire(Instant.now().minus(options.duration(LakeOptions.KEEP_VERSIONS)));
        table.removeOrphans(ORPHAN_AGE);
      }
    } catch (MillraceException e) {
      LOG.warn("upkeep of {} waits: {}", table.name(), e.getMessage());
    }
  }
}
