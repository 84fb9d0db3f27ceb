package dev.millrace.connect.files.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPFile;
import org.apache.commons.net.ftp.FTPListParseEngine;
import org.apache.commons.net.ftp.FTPReply;
import org.jspecify.annotations.Nullable;

/** A folder of an FTP server, over one connection that is made when it is first needed. */
public final class FtpStore implements FileStore {
  private static final int PAGE = 1_000;

  private final FtpAddress address;
  private @Nullable FTPClient connection;
  private boolean exactListings;

  /** Connects to nothing yet. */
  public FtpStore(FtpAddress address) {
    this.address = address;
  }

  @Override
  public String place() {
    return address.toString();
  }

  private FTPClient client() throws IOException {
    FTPClient open = connection;
    if (open == null || !open.isConnected()) {
      open = FtpConnection.open(address);
      connection = open;
      exactListings = open.hasFeature("MLST");
    }
    return open;
  }

  private void disconnect() {
    FTPClient open = connection;
    connection = null;
    if (open != null) {
      FtpConnection.close(open);
    }
  }

  /** After a failure the next answer might be that to an earlier question. */
  private IOException failure(IOException e) {
    if (e instanceof FileSystemException) {
      return e;
    }
    disconnect();
    return e;
  }

  private void requireDone(boolean done, FTPClient client, String path) throws IOException {
    if (done) {
      return;
    }
    int code = client.getReplyCode();
    if (code == FTPReply.FILE_UNAVAILABLE || code == FTPReply.FILE_NAME_NOT_ALLOWED) {
      // One code for what is missing and for what is not allowed.
      throw find(path).isPresent()
          ? new AccessDeniedException(path, null, client.getReplyString().strip())
          : new NoSuchFileException(path);
    }
    throw refusal(path, code, client.getReplyString().strip());
  }

  /** What a reply says of the file; of the connection if it says nothing of that. */
  private static IOException refusal(String path, int code, String reply) {
    return switch (code) {
      case FTPReply.FILE_ACTION_NOT_TAKEN,
          FTPReply.ACTION_ABORTED,
          FTPReply.INSUFFICIENT_STORAGE,
          FTPReply.FILE_UNAVAILABLE,
          FTPReply.STORAGE_ALLOCATION_EXCEEDED,
          FTPReply.FILE_NAME_NOT_ALLOWED ->
          new FileSystemException(path, null, reply);
      default -> new IOException(reply);
    };
  }

  @Override
  public void list(String folder, Consumer<StoredFile> each) throws IOException {
    String before = folder.isEmpty() ? "" : folder + "/";
    String path = address.url().resolve(folder);
    try {
      FTPClient client = client();
      FTPListParseEngine entries =
          exactListings ? client.initiateMListParsing(path) : client.initiateListParsing(path);
      if (!FTPReply.isPositiveCompletion(client.getReplyCode())) {
        if (client.getReplyCode() == FTPReply.FILE_UNAVAILABLE) {
          throw new NoSuchFileException(folder);
        }
        throw new IOException(client.getReplyString().strip());
      }
      if (!entries.hasNext() && exactListings && client.mlistFile(path) == null) {
        // Some servers list nothing of a folder that does not exist.
        throw new NoSuchFileException(folder);
      }
      while (entries.hasNext()) {
        for (FTPFile entry : entries.getNext(PAGE)) {
          if (entry != null) {
            stored(before, entry).ifPresent(each);
          }
        }
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static Optional<StoredFile> stored(String before, FTPFile entry) {
    String name = entry.getName();
    // A name that is a path would lead out of the folder; MLSD names the folder itself so.
    if (name == null || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      return Optional.empty();
    }
    Instant modified =
        entry.getTimestamp() == null ? Instant.EPOCH : entry.getTimestamp().toInstant();
    if (entry.isDirectory()) {
      return Optional.of(new StoredFile(before + name, true, 0, modified));
    }
    return entry.isFile()
        ? Optional.of(new StoredFile(before + name, false, entry.getSize(), modified))
        : Optional.empty();
  }

  /** By the same kind of listing, so that sizes and times compare. */
  @Override
  public Optional<StoredFile> find(String path) throws IOException {
    StoredFile asked = new StoredFile(path, false, 0, Instant.EPOCH);
    try {
      FTPClient client = client();
      if (exactListings) {
        FTPFile found = client.mlistFile(address.url().resolve(path));
        if (found == null) {
          return Optional.empty();
        }
        found.setName(asked.name());
        return stored(asked.parent().isEmpty() ? "" : asked.parent() + "/", found);
      }
    } catch (IOException e) {
      throw failure(e);
    }
    AtomicReference<@Nullable StoredFile> found = new AtomicReference<>();
    try {
      list(
          asked.parent(),
          f -> {
            if (f.path().equals(path)) {
              found.set(f);
            }
          });
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    return Optional.ofNullable(found.get());
  }

  @Override
  public InputStream read(String path) throws IOException {
    try {
      FTPClient client = client();
      InputStream in = client.retrieveFileStream(address.url().resolve(path));
      if (in == null) {
        requireDone(false, client, path);
        throw new IOException("no data connection");
      }
      // One connection answers one thing at a time: what is asked meanwhile goes by another.
      connection = null;
      return new Reading(path, client, in);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void delete(String path) throws IOException {
    try {
      FTPClient client = client();
      requireDone(client.deleteFile(address.url().resolve(path)), client, path);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void move(String from, String to) throws IOException {
    if (find(to).isPresent()) {
      throw new FileAlreadyExistsException(to);
    }
    try {
      FTPClient client = client();
      for (int slash = to.indexOf('/'); slash >= 0; slash = to.indexOf('/', slash + 1)) {
        if (slash > 0) {
          // Refused if it exists; whether it does shows when the file is moved.
          client.makeDirectory(address.url().resolve(to.substring(0, slash)));
        }
      }
      boolean moved = client.rename(address.url().resolve(from), address.url().resolve(to));
      requireDone(moved, client, from);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void close() {
    disconnect();
  }

  /**
   * A file's bytes on a connection of its own. That all came, only the answer behind them tells.
   */
  private final class Reading extends InputStream {
    private final String path;
    private final FTPClient client;
    private final InputStream in;
    private boolean over;

    Reading(String path, FTPClient client, InputStream in) {
      this.path = path;
      this.client = client;
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
      if (over) {
        return -1;
      }
      try {
        int count = in.read(bytes, offset, length);
        if (count < 0) {
          in.close();
          if (!client.completePendingCommand()) {
            throw refusal(
                path,
                client.getReplyCode(),
                "the transfer broke off: " + client.getReplyString().strip());
          }
          over = true;
          keep();
        }
        return count;
      } catch (IOException e) {
        FtpConnection.close(client);
        throw e;
      }
    }

    private void keep() {
      if (connection == null) {
        connection = client;
      } else {
        FtpConnection.close(client);
      }
    }

    @Override
    public void close() {
      if (!over) {
        // What the server still sends belongs to a file that nobody wants any more.
        over = true;
        FtpConnection.close(client);
      }
    }
  }
}
