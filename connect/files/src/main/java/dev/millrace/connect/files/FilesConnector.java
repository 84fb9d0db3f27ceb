package dev.millrace.connect.files;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.LedgerTable;
import dev.millrace.api.connect.SharedLedger;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.connect.files.redis.RedisAddress;
import dev.millrace.connect.files.redis.RedisLedger;
import dev.millrace.connect.files.store.FileStore;
import dev.millrace.connect.files.store.FtpAddress;
import dev.millrace.connect.files.store.FtpStore;
import dev.millrace.connect.files.store.LocalStore;
import dev.millrace.connect.files.store.SftpAddress;
import dev.millrace.connect.files.store.SftpStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads files as they land in a folder of this machine or of an SFTP or FTP server. What was read
 * of each is committed with its rows.
 */
public final class FilesConnector implements SourceConnector {
  /** Found through {@link java.util.ServiceLoader}. */
  public FilesConnector() {}

  @Override
  public String name() {
    return "files";
  }

  @Override
  public String summary() {
    return "Files that land in a folder, on an SFTP server or on an FTP server: packed in any way,"
        + " CSV, JSON, Avro, Parquet or lines, each row once.";
  }

  @Override
  public List<Option> systemOptions() {
    return List.of();
  }

  @Override
  public List<String> systemTypes() {
    return List.of(SftpConnector.NAME, FtpConnector.NAME);
  }

  @Override
  public boolean requiresSystem() {
    return false;
  }

  @Override
  public Optional<LedgerTable> ledger() {
    return Optional.of(FileEntry.TABLE);
  }

  @Override
  public List<LedgerEntry> amend(LedgerAction action, LedgerEntry entry) {
    return FileAmendment.of(action, entry);
  }

  @Override
  public Map<String, String> ledgerScope(
      Optional<Options> system, Optional<String> systemType, Options options) {
    return LedgerScope.of(system, systemType, options);
  }

  @Override
  public List<LedgerEntry> keep(Map<String, String> entries, Map<String, String> scope) {
    return LedgerScope.keep(entries, scope);
  }

  @Override
  public List<String> ledgerTypes() {
    return List.of(RedisConnector.NAME);
  }

  @Override
  public SharedLedger openLedger(Options system, Path folder, String project, String source) {
    return RedisLedger.open(RedisAddress.of(system, folder), project, source);
  }

  @Override
  public List<Option> sourceOptions() {
    return FilesOptions.SOURCE;
  }

  @Override
  public List<Option> streamOptions() {
    return FilesOptions.STREAM;
  }

  @Override
  public void check(
      Options options,
      List<StreamDeclaration> streams,
      SourceLocation where,
      Path folder,
      Problems problems) {
    new FilesPlanReader(options, streams, where, problems).read();
  }

  @Override
  public Source open(SourceContext context) {
    Problems problems = new Problems();
    FilesPlan plan =
        new FilesPlanReader(
                context.options(),
                context.streams(),
                SourceLocation.ofFile("sources: " + context.name()),
                problems)
            .read();
    problems.throwIfErrors();
    FileLedger ledger = FileLedger.read(context.ledger(), plan.identity(), context.scope());
    LedgerScope.require(ledger, context);
    Path spool = context.folder().resolve(plan.spool()).resolve(context.name());
    Spool.clear(spool);
    FileLimits limits = new FileLimits(plan.limits(), spool, plan.maxSpool());
    return new FilesSource(plan, limits, store(context, plan), ledger, context.clock());
  }

  private static FileStore store(SourceContext context, FilesPlan plan) {
    return switch (context.systemType().orElse("")) {
      case SftpConnector.NAME ->
          new SftpStore(SftpAddress.of(context.system(), context.folder()).below(plan.folder()));
      case FtpConnector.NAME ->
          new FtpStore(FtpAddress.of(context.system(), context.folder()).below(plan.folder()));
      default ->
          new LocalStore(context.folder().resolve(plan.folder()).toAbsolutePath().normalize());
    };
  }
}
