package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.load.PackageInstaller.Installed;
import dev.millrace.jinja.value.Json;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.PackageFinder.Wanted;
import dev.millrace.project.yaml.YamlReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code package-lock.yml}: which versions were installed, as dbt writes it. It counts as long as
 * packages.yml asks for the same packages, which its hash tells.
 */
final class PackageLock {
  private static final String FILE = "package-lock.yml";
  private static final String HASH = "sha1_hash";

  private final Map<String, String> versions = new LinkedHashMap<>();

  private PackageLock() {}

  /** A lock that holds nothing. */
  static PackageLock none() {
    return new PackageLock();
  }

  /** The lock of a project; it holds nothing if it was made for other packages. */
  static PackageLock read(Path root, List<Wanted> wanted, Problems problems) {
    PackageLock lock = new PackageLock();
    Path file = root.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return lock;
    }
    Map<String, @Nullable Object> values =
        new PackageFiles(root, root, problems)
            .read(file)
            .flatMap(f -> YamlReader.readAsPython(f, problems))
            .map(node -> Values.map(YamlValues.plain(node)))
            .orElse(Map.of());
    Optional<String> hash = Values.text(values, HASH);
    if (hash.isEmpty() || hash.get().equals(hash(wanted))) {
      for (Map<String, @Nullable Object> entry : Values.maps(values.get("packages"))) {
        Values.text(entry, "package")
            .ifPresent(p -> lock.versions.put(p, Values.text(entry, "version").orElse("")));
        Values.text(entry, "git")
            .ifPresent(g -> lock.versions.put(g, Values.text(entry, "revision").orElse("HEAD")));
      }
    }
    return lock;
  }

  /** The version or revision of what packages.yml has by that name or address. */
  Optional<String> version(String value) {
    return Optional.ofNullable(versions.get(value));
  }

  /** Writes what was installed; readers see the old file or the new one. */
  static void write(Path root, List<Wanted> wanted, List<Installed> installed) throws IOException {
    StringBuilder text = new StringBuilder("packages:\n");
    for (Installed one : installed) {
      Map<String, String> entry = new TreeMap<>();
      entry.put("name", one.name());
      entry.put(one.kind(), one.from());
      if (!one.version().isEmpty()) {
        entry.put(one.kind().equals("git") ? "revision" : "version", one.version());
      }
      one.subdirectory().ifPresent(folder -> entry.put("subdirectory", folder));
      String dash = "  - ";
      for (Map.Entry<String, String> key : entry.entrySet()) {
        text.append(dash).append(key.getKey()).append(": ").append(scalar(key.getValue()));
        text.append('\n');
        dash = "    ";
      }
    }
    text.append(HASH).append(": ").append(hash(wanted)).append('\n');
    Path part = root.resolve(FILE + ".new");
    Files.writeString(part, text);
    Files.move(part, root.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Quoted where YAML could take it for something else than a text. */
  private static String scalar(String text) {
    boolean plain = text.matches("[\\w/.][\\w./:@+-]*");
    boolean number = text.matches("[0-9_]*(\\.[0-9_]*)?([eE][-+]?[0-9]+)?");
    boolean word = text.matches("(?i)true|false|yes|no|on|off|null");
    return plain && !number && !word ? text : "'" + text.replace("'", "''") + "'";
  }

  /** dbt's hash of what packages.yml asks for. */
  static String hash(List<Wanted> wanted) {
    List<String> texts = wanted.stream().map(PackageLock::json).sorted().toList();
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest(String.join("\n", texts).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /** An entry as dbt sees it: with defaults, and as it is written. */
  private static String json(Wanted wanted) {
    Map<String, @Nullable Object> written = YamlValues.plain(wanted.entry());
    Map<String, @Nullable Object> all = new LinkedHashMap<>(written);
    switch (wanted.kind()) {
      case "package" -> all.putIfAbsent("install_prerelease", false);
      case "git", "private" -> {
        all.putIfAbsent("subdirectory", null);
        all.putIfAbsent("warn-unpinned", null);
      }
      default -> {}
    }
    all.put(wanted.kind(), wanted.value());
    all.put("unrendered", written);
    return Json.write(all, true, -1);
  }
}
