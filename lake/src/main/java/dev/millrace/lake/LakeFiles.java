package dev.millrace.lake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Where a lake's files are, and how they come there and to DuckDB, which reads and writes the local
 * disk only. Thread-safe. Files have names that are never given again, and never change.
 */
interface LakeFiles {
  /** The location of the folder of all tables, without a slash at the end. */
  String warehouse();

  /**
   * The location of a folder for a table.
   *
   * @param text its path, absolute or below the warehouse
   * @throws IllegalArgumentException if there can be no such folder
   */
  String folder(String text);

  /** This process' folder for files that are being written. */
  Path staging();

  /** Files for Iceberg; the catalog closes it. */
  SupportsPrefixOperations io();

  /**
   * Brings a finished local file to its location, durable when this returns, and takes it away from
   * where it was.
   */
  void place(Path file, String location);

  /** Where DuckDB finds a file once {@link #fetch} has brought it; reaches out to nothing. */
  Path local(String location);

  /** Makes files readable for DuckDB, for some minutes at least. */
  void fetch(Collection<DataFile> files);

  /**
   * Keeps what was fetched, for a view that reads it.
   *
   * @param view which view; what it had before goes some time later
   * @param version of the files
   * @param copies as {@link #local} names them
   */
  void pin(String view, String version, List<Path> copies);

  /** The files of an address. */
  static LakeFiles open(LakeAddress address) throws IOException {
    if (address.s3().isPresent()) {
      return S3Files.open(address, address.s3().get());
    }
    return address.hdfs().isPresent()
        ? HdfsFiles.open(address, address.hdfs().get())
        : LocalFiles.open(address.warehouse());
  }

  /** One text for all ways to write the location of a file. */
  static String normal(String location) {
    return location.contains("://") && !location.startsWith("file:")
        ? location.replaceFirst("^s3[an]://", "s3://")
        : LocalFileIO.location(LocalFileIO.path(location));
  }

  /** This process' folder in one for all; those of dead processes are emptied. */
  static Path staging(Path all) throws IOException {
    Files.createDirectories(all);
    try (Stream<Path> folders = Files.list(all)) {
      for (Path folder : folders.toList()) {
        String pid = String.valueOf(folder.getFileName());
        if (pid.matches("\\d+") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          new LocalFileIO().deletePrefix(folder.toString());
        }
      }
    }
    return Files.createDirectories(all.resolve(Long.toString(ProcessHandle.current().pid())));
  }
}
