package dev.millrace.lake;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a lake is.
 *
 * @param warehouse the location of the folder of its files: {@code file:///...}, {@code s3://...}
 *     or {@code hdfs://...}
 * @param s3 how the store of an {@code s3} location is reached
 * @param hdfs how that of an {@code hdfs} location is
 * @param cache what is kept here of a lake that is elsewhere
 * @param catalog the name under which the catalog's database keeps its tables
 * @param properties how Iceberg reaches that database
 */
record LakeAddress(
    String warehouse,
    Optional<S3Address> s3,
    Optional<HdfsAddress> hdfs,
    LakeCache cache,
    String catalog,
    Map<String, String> properties) {
  static final String WAREHOUSE = "warehouse";
  static final String CATALOG = "catalog";
  static final String USER = "catalog_user";
  static final String PASSWORD = "catalog_password";
  static final String NAME = "catalog_name";

  /** Writers of one SQLite file wait for each other, so long at most, milliseconds. */
  private static final String SQLITE_SETTINGS =
      "busy_timeout=20000&journal_mode=WAL&synchronous=FULL&transaction_mode=IMMEDIATE";

  private static final List<Option> OWN =
      List.of(
          Option.required(
              WAREHOUSE,
              OptionType.TEXT,
              "The folder of the tables' files: an absolute path, `s3://bucket/path`, or"
                  + " `hdfs://namenode:8020/path`.",
              "/data/lake"),
          Option.required(
              CATALOG,
              OptionType.TEXT,
              "The database that keeps which files tables have, as JDBC names it: PostgreSQL, or a"
                  + " file of SQLite.",
              "jdbc:postgresql://db.example.org:5432/lake"),
          Option.optional(
              USER, OptionType.TEXT, "The user to log in to the catalog as.", "millrace"),
          Option.optional(
              PASSWORD,
              OptionType.SECRET,
              "That user's password.",
              "{{ env_var('LAKE_PASSWORD') }}"),
          Option.withDefault(
              NAME,
              OptionType.TEXT,
              "millrace",
              "The name of the catalog in its database. Other engines find the tables under the same"
                  + " name only."));

  static final List<Option> OPTIONS =
      Stream.of(OWN, S3Address.OPTIONS, HdfsAddress.OPTIONS, LakeCache.OPTIONS)
          .flatMap(List::stream)
          .toList();

  LakeAddress {
    properties = Map.copyOf(properties);
  }

  static LakeAddress of(Options system) {
    Map<String, String> properties = new HashMap<>();
    properties.put("uri", uri(system.text(CATALOG)));
    // More than one connection would only wait for the other one, in SQLite.
    properties.put("clients", isSqlite(system.text(CATALOG)) ? "1" : "2");
    system.optionalText(USER).ifPresent(user -> properties.put("jdbc.user", user));
    system.optionalText(PASSWORD).ifPresent(text -> properties.put("jdbc.password", text));
    String warehouse = warehouse(system.text(WAREHOUSE));
    Optional<S3Address> s3 =
        warehouse.startsWith("s3:") ? Optional.of(S3Address.of(system)) : Optional.empty();
    Optional<HdfsAddress> hdfs =
        warehouse.startsWith(HdfsFileIO.SCHEME)
            ? Optional.of(HdfsAddress.of(URI.create(warehouse), system))
            : Optional.empty();
    return new LakeAddress(
        warehouse, s3, hdfs, LakeCache.of(system), system.text(NAME), properties);
  }

  private static String uri(String text) {
    if (!text.startsWith("jdbc:postgresql:") && !isSqlite(text)) {
      throw LakeFailure.stop(
          LakeError.LAKE_ADDRESS,
          "`catalog` is no address of a catalog: it begins with neither `jdbc:postgresql:` nor"
              + " `jdbc:sqlite:`",
          "write `jdbc:postgresql://host:port/database`");
    }
    return isSqlite(text) ? text + (text.contains("?") ? "&" : "?") + SQLITE_SETTINGS : text;
  }

  private static boolean isSqlite(String text) {
    return text.startsWith("jdbc:sqlite:");
  }

  private static String warehouse(String text) {
    try {
      URI uri = text.matches("\\w+:.*") ? URI.create(text) : Path.of(text).toUri();
      if (String.valueOf(uri.getScheme()).matches("s3[an]?") && uri.getHost() != null) {
        return LakeFiles.normal(text).replaceFirst("/+$", "");
      }
      if ("hdfs".equals(uri.getScheme()) && uri.getHost() != null) {
        return text.replaceFirst("/+$", "");
      }
      Path path = LocalFileIO.path(text);
      if ("file".equals(uri.getScheme()) && path.isAbsolute()) {
        return LocalFileIO.location(path);
      }
    } catch (IllegalArgumentException e) {
      // No path and no address.
    }
    throw LakeFailure.stop(
        LakeError.LAKE_ADDRESS,
        "`warehouse` is no folder of the local disk, of a store or of HDFS: `" + text + "`",
        "write an absolute path, `s3://bucket/path`, or `hdfs://namenode:8020/path`");
  }

  /** Without what stores and catalogs are opened with. */
  @Override
  public String toString() {
    return warehouse;
  }
}
