package dev.millrace.lake;

import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.jspecify.annotations.Nullable;

/**
 * Files of HDFS, for Iceberg. A file is there, whole, once its stream is closed: until then it is a
 * local one. Locations are {@code hdfs://host:port/...}; which host that is does not matter, as
 * there is one HDFS only. Thread-safe.
 */
final class HdfsFileIO implements SupportsPrefixOperations {
  static final String SCHEME = "hdfs://";
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial")
  private final transient WebHdfs hdfs;

  @SuppressWarnings("serial")
  private final transient Path staging;

  /**
   * Over an HDFS.
   *
   * @param staging a folder for files while they are written
   */
  HdfsFileIO(WebHdfs hdfs, Path staging) {
    this.hdfs = hdfs;
    this.staging = staging;
  }

  /** The path of a location. */
  static String path(String location) {
    if (!location.startsWith(SCHEME)) {
      throw new IllegalArgumentException(location + " is not in HDFS");
    }
    int slash = location.indexOf('/', SCHEME.length());
    return slash < 0 ? "/" : location.substring(slash);
  }

  @Override
  public InputFile newInputFile(String location) {
    return new Input(location);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new Output(location);
  }

  @Override
  public void deleteFile(String location) {
    try {
      if (!hdfs.delete(path(location))) {
        throw new NotFoundException("no file %s", location);
      }
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be deleted", location);
    }
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    List<FileInfo> found = new ArrayList<>();
    try {
      list(prefix.replaceFirst("/+$", ""), found);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be listed", prefix);
    }
    return found;
  }

  private void list(String folder, List<FileInfo> found) throws IOException {
    for (WebHdfs.Status entry : hdfs.list(path(folder))) {
      String location = folder + "/" + entry.name();
      if (entry.isFolder()) {
        list(location, found);
      } else {
        found.add(new FileInfo(location, entry.bytes(), entry.changed()));
      }
    }
  }

  @Override
  public void deletePrefix(String prefix) {
    try {
      hdfs.delete(path(prefix));
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be deleted", prefix);
    }
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException("an open connection");
  }

  private final class Input implements InputFile {
    private final String location;

    Input(String location) {
      this.location = location;
    }

    @Override
    public String location() {
      return location;
    }

    @Override
    public long getLength() {
      try {
        return hdfs.status(path(location))
            .orElseThrow(() -> new NotFoundException("no file %s", location))
            .bytes();
      } catch (IOException e) {
        throw new RuntimeIOException(e, "%s cannot be read", location);
      }
    }

    @Override
    public SeekableInputStream newStream() {
      try {
        return new HdfsInputStream(hdfs, path(location));
      } catch (IOException e) {
        if (e instanceof WebHdfsException answer && answer.isMissing()) {
          throw new NotFoundException(e, "no file %s", location);
        }
        throw new RuntimeIOException(e, "%s cannot be read", location);
      }
    }

    @Override
    public boolean exists() {
      try {
        return hdfs.status(path(location)).isPresent();
      } catch (IOException e) {
        throw new RuntimeIOException(e, "%s cannot be read", location);
      }
    }
  }

  private final class Output implements OutputFile {
    private final String location;

    Output(String location) {
      this.location = location;
    }

    @Override
    public String location() {
      return location;
    }

    @Override
    public PositionOutputStream create() {
      if (toInputFile().exists()) {
        throw new AlreadyExistsException("%s exists already", location);
      }
      return stream(false);
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      return stream(true);
    }

    private PositionOutputStream stream(boolean overwrite) {
      try {
        return new HdfsOutputStream(
            hdfs, path(location), staging.resolve(UUID.randomUUID().toString()), overwrite);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "%s cannot be written", location);
      }
    }

    @Override
    public InputFile toInputFile() {
      return new Input(location);
    }
  }

  /** Goes on from another place with another request. */
  private static final class HdfsInputStream extends SeekableInputStream {
    private final WebHdfs hdfs;
    private final String path;
    private @Nullable InputStream bytes;
    private long position;

    HdfsInputStream(WebHdfs hdfs, String path) throws IOException {
      this.hdfs = hdfs;
      this.path = path;
      this.bytes = hdfs.open(path, 0);
    }

    private InputStream bytes() throws IOException {
      InputStream open = bytes;
      if (open == null) {
        open = hdfs.open(path, position);
        bytes = open;
      }
      return open;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void seek(long to) throws IOException {
      if (to != position) {
        close();
        position = to;
      }
    }

    @Override
    public int read() throws IOException {
      int read = bytes().read();
      position += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int read = bytes().read(to, offset, length);
      position += Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      if (bytes != null) {
        bytes.close();
        bytes = null;
      }
    }
  }

  private static final class HdfsOutputStream extends PositionOutputStream {
    private final WebHdfs hdfs;
    private final String path;
    private final Path unfinished;
    private final boolean overwrite;
    private final OutputStream out;
    private long position;
    private boolean closed;

    HdfsOutputStream(WebHdfs hdfs, String path, Path unfinished, boolean overwrite)
        throws IOException {
      this.hdfs = hdfs;
      this.path = path;
      this.unfinished = unfinished;
      this.overwrite = overwrite;
      this.out = Files.newOutputStream(unfinished);
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      position += length;
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try {
        out.close();
        hdfs.create(path, unfinished, overwrite);
      } finally {
        Files.delete(unfinished);
      }
    }
  }
}
