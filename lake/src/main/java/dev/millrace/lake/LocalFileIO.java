package dev.millrace.lake;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files of the local disk, for Iceberg, without Hadoop. A file is on the disk, under its name and
 * whole, once its stream is closed: it is written under another name, forced out, and renamed; its
 * folder is forced out too. Locations are {@code file:///...}, or plain paths. Thread-safe; Iceberg
 * makes it by its name.
 */
public final class LocalFileIO implements SupportsPrefixOperations {
  private static final long serialVersionUID = 1L;
  private static final String SCHEME = "file:";
  private static final String UNFINISHED = ".unfinished";

  /** Needs nothing; {@link #initialize} does nothing. */
  public LocalFileIO() {}

  /** The path of a location. */
  static Path path(String location) {
    return Path.of(
        location.startsWith(SCHEME)
            ? "/" + location.substring(SCHEME.length()).replaceFirst("^/+", "")
            : location);
  }

  /** The location of an absolute path. */
  static String location(Path path) {
    return SCHEME + "//" + path.toAbsolutePath().normalize();
  }

  @Override
  public InputFile newInputFile(String location) {
    return new LocalInput(location);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new LocalOutput(location);
  }

  @Override
  public void deleteFile(String location) {
    try {
      Files.delete(path(location));
    } catch (NoSuchFileException e) {
      throw new NotFoundException(e, "no file %s", location);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be deleted", location);
    }
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    Path folder = path(prefix);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).map(LocalFileIO::info).toList();
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be listed", prefix);
    }
  }

  private static FileInfo info(Path file) {
    try {
      return new FileInfo(
          location(file), Files.size(file), Files.getLastModifiedTime(file).toMillis());
    } catch (IOException e) {
      // Another process has just deleted it; a file of no age is left alone.
      return new FileInfo(location(file), 0, Long.MAX_VALUE);
    }
  }

  @Override
  public void deletePrefix(String prefix) {
    Path folder = path(prefix);
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be deleted", prefix);
    }
  }

  /** Forces a file or folder out to the disk. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Moves a finished file to its place, on the disk when this returns. Within a file system it is
   * renamed, else copied.
   */
  static void move(Path from, Path to) throws IOException {
    makeFolder(parent(to));
    force(from);
    Path unfinished = to.resolveSibling(to.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.copy(from, unfinished);
      force(unfinished);
      Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(from);
    }
    force(parent(to));
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " is no file in a folder");
    }
    return parent;
  }

  /** A folder that was made is an entry of the one above it, which has to be on the disk too. */
  private static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path above = parent(folder);
      makeFolder(above);
      try {
        Files.createDirectory(folder);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(folder)) {
          throw e;
        }
      }
      force(above);
    }
  }

  private record LocalInput(String location) implements InputFile {
    @Override
    public long getLength() {
      try {
        return Files.size(path(location));
      } catch (NoSuchFileException e) {
        throw new NotFoundException(e, "no file %s", location);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "%s cannot be read", location);
      }
    }

    @Override
    public SeekableInputStream newStream() {
      try {
        return new LocalInputStream(new RandomAccessFile(path(location).toFile(), "r"));
      } catch (FileNotFoundException e) {
        throw new NotFoundException(e, "no file %s", location);
      }
    }

    @Override
    public boolean exists() {
      return Files.exists(path(location));
    }
  }

  private record LocalOutput(String location) implements OutputFile {
    @Override
    public PositionOutputStream create() {
      return stream(false);
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      return stream(true);
    }

    private PositionOutputStream stream(boolean overwrite) {
      Path to = path(location);
      if (!overwrite && Files.exists(to)) {
        throw new AlreadyExistsException("%s exists already", location);
      }
      try {
        makeFolder(parent(to));
        return new LocalOutputStream(to, overwrite);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "%s cannot be written", location);
      }
    }

    @Override
    public InputFile toInputFile() {
      return new LocalInput(location);
    }
  }

  private static final class LocalInputStream extends SeekableInputStream {
    private final RandomAccessFile file;

    LocalInputStream(RandomAccessFile file) {
      this.file = file;
    }

    @Override
    public long getPos() throws IOException {
      return file.getFilePointer();
    }

    @Override
    public void seek(long position) throws IOException {
      file.seek(position);
    }

    @Override
    public int read() throws IOException {
      return file.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return file.read(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static final class LocalOutputStream extends PositionOutputStream {
    private final Path to;
    private final Path unfinished;
    private final boolean overwrite;
    private final FileChannel channel;
    private long position;
    private boolean closed;

    LocalOutputStream(Path to, boolean overwrite) throws IOException {
      this.to = to;
      this.overwrite = overwrite;
      this.unfinished = to.resolveSibling(to.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
      this.channel =
          FileChannel.open(unfinished, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
      while (left.hasRemaining()) {
        position += channel.write(left);
      }
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try (channel) {
        channel.force(true);
      }
      if (overwrite) {
        Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
      } else {
        // Of two that create the same file, one is told that it exists.
        try {
          Files.createLink(to, unfinished);
        } finally {
          Files.delete(unfinished);
        }
      }
      force(parent(to));
    }
  }
}
