package dev.millrace.connect.files.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.sshd.common.SshException;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/** A folder of an SFTP server, over one connection that is made when it is first needed. */
public final class SftpStore implements FileStore {
  private static final int READ_BYTES = 32 << 10;

  private final SftpAddress address;
  private @Nullable SftpConnection connection;

  /** Connects to nothing yet. */
  public SftpStore(SftpAddress address) {
    this.address = address;
  }

  @Override
  public String place() {
    return address.toString();
  }

  /**
   * The client of an open connection.
   *
   * @throws dev.millrace.api.error.RetryException if the server is away
   * @throws dev.millrace.api.error.StopException if it refuses, or is not the one it should be
   */
  private SftpClient client() {
    SftpConnection open = connection;
    if (open != null && open.isOpen()) {
      return open.client();
    }
    disconnect();
    SftpConnection made = SftpConnection.open(address);
    connection = made;
    return made.client();
  }

  private void disconnect() {
    SftpConnection open = connection;
    connection = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void list(String folder, Consumer<StoredFile> each) throws IOException {
    String before = folder.isEmpty() ? "" : folder + "/";
    SftpClient client = client();
    try (SftpClient.CloseableHandle handle = client.openDir(address.url().resolve(folder))) {
      var entries = client.readDir(handle);
      while (entries != null) {
        for (DirEntry entry : entries) {
          String name = entry.getFilename();
          // A name that is a path would lead out of the folder.
          if (!name.equals(".") && !name.equals("..") && name.indexOf('/') < 0) {
            stored(before + name, entry.getAttributes()).ifPresent(each);
          }
        }
        entries = client.readDir(handle);
      }
    } catch (IOException e) {
      throw failure(folder, e);
    }
  }

  private Optional<StoredFile> stored(String path, Attributes attributes) throws IOException {
    if (attributes.isSymbolicLink()) {
      Attributes target;
      try {
        target = client().stat(address.url().resolve(path));
      } catch (SftpException e) {
        // A link to nothing.
        return Optional.empty();
      }
      return target.isRegularFile() ? Optional.of(file(path, target)) : Optional.empty();
    }
    if (attributes.isDirectory()) {
      return Optional.of(new StoredFile(path, true, 0, modified(attributes)));
    }
    return attributes.isRegularFile() ? Optional.of(file(path, attributes)) : Optional.empty();
  }

  private static StoredFile file(String path, Attributes attributes) {
    return new StoredFile(path, false, attributes.getSize(), modified(attributes));
  }

  private static Instant modified(Attributes attributes) {
    return attributes.getModifyTime() == null
        ? Instant.EPOCH
        // Listings tell seconds, however exactly a server answers about a single file.
        : Instant.ofEpochSecond(attributes.getModifyTime().toInstant().getEpochSecond());
  }

  @Override
  public Optional<StoredFile> find(String path) throws IOException {
    try {
      return stored(path, client().stat(address.url().resolve(path)));
    } catch (IOException e) {
      IOException failure = failure(path, e);
      if (failure instanceof NoSuchFileException) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  @Override
  public InputStream read(String path) throws IOException {
    try {
      return new Reading(path, client().read(address.url().resolve(path), READ_BYTES));
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  @Override
  public void delete(String path) throws IOException {
    try {
      client().remove(address.url().resolve(path));
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  @Override
  public void move(String from, String to) throws IOException {
    if (find(to).isPresent()) {
      throw new FileAlreadyExistsException(to);
    }
    makeFolders(to);
    try {
      client().rename(address.url().resolve(from), address.url().resolve(to));
    } catch (IOException e) {
      throw failure(from, e);
    }
  }

  private void makeFolders(String path) throws IOException {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String folder = path.substring(0, slash);
      if (!folder.isEmpty() && find(folder).isEmpty()) {
        try {
          client().mkdir(address.url().resolve(folder));
        } catch (IOException e) {
          throw failure(folder, e);
        }
      }
    }
  }

  /** What a failure says of the file; if it says nothing, the connection is given up. */
  private IOException failure(String path, IOException e) {
    if (e instanceof FileSystemException) {
      return e;
    }
    if (e instanceof SftpException answer) {
      switch (answer.getStatus()) {
        case SftpConstants.SSH_FX_NO_SUCH_FILE, SftpConstants.SSH_FX_NO_SUCH_PATH -> {
          return new NoSuchFileException(path);
        }
        case SftpConstants.SSH_FX_PERMISSION_DENIED, SftpConstants.SSH_FX_WRITE_PROTECT -> {
          return new AccessDeniedException(path);
        }
        case SftpConstants.SSH_FX_FILE_ALREADY_EXISTS -> {
          return new FileAlreadyExistsException(path);
        }
        case SftpConstants.SSH_FX_NO_CONNECTION, SftpConstants.SSH_FX_CONNECTION_LOST -> {
          disconnect();
          return new IOException(e.getMessage(), e);
        }
        default -> {
          FileSystemException told = new FileSystemException(path, null, e.getMessage());
          told.initCause(e);
          return told;
        }
      }
    }
    if (e instanceof FileNotFoundException) {
      return new NoSuchFileException(path);
    }
    disconnect();
    return e instanceof SshException ? new IOException(e.getMessage(), e) : e;
  }

  @Override
  public void close() {
    disconnect();
  }

  /** A file's bytes; its failures are those of the store. */
  private final class Reading extends InputStream {
    private final String path;
    private final InputStream in;

    Reading(String path, InputStream in) {
      this.path = path;
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int count = read(one, 0, 1);
      return count < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        throw failure(path, e);
      }
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException e) {
        // Its answers can no longer be told from others'.
        disconnect();
      }
    }
  }
}
