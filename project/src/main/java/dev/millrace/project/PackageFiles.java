package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds and reads the files of a project, or of one of its packages. Paths in places are relative
 * to the project's folder, also where the package is elsewhere. What {@code .dbtignore} names is
 * left out. For one thread.
 */
public final class PackageFiles {
  private static final long MAX_BYTES = 50 << 20;

  private final Path root;
  private final Path folder;
  private final IgnoredFiles ignored;
  private final Problems problems;
  private final Map<String, List<Path>> listed = new HashMap<>();
  private final Map<Path, Optional<TextFile>> read = new HashMap<>();

  /**
   * The files of a package.
   *
   * @param root the root project's folder, absolute
   * @param folder the package's folder, absolute
   * @param problems gets what cannot be read
   */
  public PackageFiles(Path root, Path folder, Problems problems) {
    this.root = root;
    this.folder = folder;
    this.problems = problems;
    this.ignored = IgnoredFiles.of(folder);
  }

  /**
   * A file in one of a package's folders.
   *
   * @param searched the folder of the package that was searched, such as {@code models}
   * @param relative its path below that
   * @param path where it is
   */
  public record Found(String searched, String relative, Path path) {
    /** Its path below the package's folder. */
    public String original() {
      return searched.isEmpty() ? relative : searched + "/" + relative;
    }

    /** Its name without folders and ending. */
    public String stem() {
      String name = relative.substring(relative.lastIndexOf('/') + 1);
      return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    /** The folders that it is in, below the one that was searched. */
    public List<String> folders() {
      List<String> parts = new ArrayList<>(List.of(relative.split("/")));
      parts.remove(parts.size() - 1);
      return parts;
    }
  }

  /** The package's folder. */
  public Path folder() {
    return folder;
  }

  /** The files in some of the package's folders with one of the endings, in order. */
  public List<Found> find(List<String> folders, String... endings) {
    Map<Path, Found> found = new LinkedHashMap<>();
    for (String name : folders) {
      String searched = name.equals(".") ? "" : name.replaceAll("/+$", "");
      Path start = folder.resolve(searched);
      for (Path path : list(searched, start)) {
        String file = path.getFileName().toString();
        String relative = unix(start.relativize(path));
        if (Stream.of(endings).anyMatch(file::endsWith)) {
          found.putIfAbsent(path, new Found(searched, relative, path));
        }
      }
    }
    return List.copyOf(found.values());
  }

  private List<Path> list(String name, Path start) {
    return listed.computeIfAbsent(
        name,
        n -> {
          if (!Files.isDirectory(start)) {
            return List.of();
          }
          try (Stream<Path> paths = Files.walk(start, FileVisitOption.FOLLOW_LINKS)) {
            return paths
                .filter(p -> ".#~".indexOf(p.getFileName().toString().charAt(0)) < 0)
                .filter(p -> !ignored.matches(unix(folder.relativize(p))))
                .filter(Files::isRegularFile)
                .sorted()
                .toList();
          } catch (IOException | UncheckedIOException e) {
            problems.error(
                ProjectError.UNREADABLE_FILE,
                SourceLocation.ofFile(name),
                "the folder cannot be read: " + e.getMessage(),
                null);
            return List.of();
          }
        });
  }

  /** The path as places have it. */
  public String shown(Path path) {
    return unix(root.relativize(path));
  }

  private static String unix(Path path) {
    return path.toString().replace('\\', '/');
  }

  /** A file without its text. */
  public TextFile unread(Path path) {
    return new TextFile(shown(path), "");
  }

  /** Reads a file; empty, with a problem, if that fails. A file is read once. */
  public Optional<TextFile> read(Path path) {
    return read.computeIfAbsent(path, this::readNow);
  }

  private Optional<TextFile> readNow(Path path) {
    SourceLocation where = SourceLocation.ofFile(shown(path));
    try {
      if (Files.size(path) > MAX_BYTES) {
        problems.error(ProjectError.UNREADABLE_FILE, where, "the file has more than 50 MB", null);
        return Optional.empty();
      }
      byte[] bytes = Files.readAllBytes(path);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return Optional.of(
          new TextFile(where.file(), text.startsWith("\uFEFF") ? text.substring(1) : text));
    } catch (CharacterCodingException e) {
      problems.error(
          ProjectError.UNREADABLE_FILE, where, "the file is no UTF-8 text", "save it as UTF-8");
    } catch (IOException e) {
      problems.error(
          ProjectError.UNREADABLE_FILE, where, "the file cannot be read: " + e.getMessage(), null);
    }
    return Optional.empty();
  }
}
