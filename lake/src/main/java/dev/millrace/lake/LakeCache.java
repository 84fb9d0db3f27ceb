package dev.millrace.lake;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.nio.file.Path;
import java.util.List;

/**
 * What is kept here of a lake that is elsewhere.
 *
 * @param folder of local copies, and of files while they are written
 * @param bytes how much is kept there
 */
record LakeCache(Path folder, long bytes) {
  static final String FOLDER = "cache";
  private static final String SIZE = "cache_size";

  static final List<Option> OPTIONS =
      List.of(
          Option.optional(
              FOLDER,
              OptionType.TEXT,
              "The folder of copies of files that are read, where the lake is not on the local disk,"
                  + " and of files while they are written; `lake` in the user's cache of Millrace"
                  + " unless told otherwise.",
              "/var/cache/millrace-lake"),
          Option.withDefault(
              SIZE,
              OptionType.SIZE,
              "10GB",
              "How much of them is kept. What is used at the moment stays, and what models and live"
                  + " views are, however large."));

  static LakeCache of(Options system) {
    return new LakeCache(
        system.optionalText(FOLDER).map(Path::of).orElseGet(LakeCache::usual).toAbsolutePath(),
        system.number(SIZE));
  }

  private static Path usual() {
    String folder = System.getProperty("millrace.cache", "");
    String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path cache =
        !folder.isEmpty()
            ? Path.of(folder)
            : xdg.startsWith("/")
                ? Path.of(xdg, "millrace")
                : Path.of(System.getProperty("user.home"), ".cache", "millrace");
    return cache.resolve("lake");
  }
}
