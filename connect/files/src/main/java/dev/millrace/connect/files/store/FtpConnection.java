package dev.millrace.connect.files.store;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.FilesError;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPReply;

/** Connects and logs in to FTP servers: passive, binary, with limits on every wait. */
final class FtpConnection {
  private FtpConnection() {}

  /**
   * A client that has logged in.
   *
   * @throws RetryException if the server is away
   * @throws StopException if it refuses the user, or is not the one it should be
   */
  static FTPClient open(FtpAddress address) {
    FTPClient client = client(address);
    client.setConnectTimeout((int) address.connectTimeout().toMillis());
    client.setDefaultTimeout((int) address.timeout().toMillis());
    client.setDataTimeout(address.timeout());
    client.setControlEncoding(address.charset().name());
    client.setListHiddenFiles(true);
    try {
      client.connect(address.url().host(), address.url().port());
      client.setSoTimeout((int) address.timeout().toMillis());
      if (!FTPReply.isPositiveCompletion(client.getReplyCode())) {
        throw new IOException("it greets with `" + client.getReplyString().strip() + "`");
      }
      logIn(client, address);
      return client;
    } catch (IOException e) {
      close(client);
      throw TrustedCertificates.isRefusal(e) ? certificate(address, e) : away(address, e);
    } catch (MillraceException e) {
      close(client);
      throw e;
    }
  }

  private static FTPClient client(FtpAddress address) {
    if (address.tls() == FtpAddress.Tls.NONE) {
      return new FTPClient();
    }
    Optional<TrustManager> trust =
        TrustedCertificates.of(address.certificates(), address.verifyCertificate());
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.map(t -> new TrustManager[] {t}).orElse(null), null);
      return new FtpsClient(address, context);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has TLS", e);
    }
  }

  private static void logIn(FTPClient client, FtpAddress address) throws IOException {
    if (!client.login(address.user(), address.password())) {
      // Such as 421, too many users: it may be another answer the next time.
      if (FTPReply.isNegativeTransient(client.getReplyCode())) {
        throw new IOException(client.getReplyString().strip());
      }
      throw new StopException(
          Problem.error(
              FilesError.FILES_LOGIN,
              null,
              "%s refuses user `%s`: %s"
                  .formatted(address, address.user(), client.getReplyString().strip()),
              "look at `user` and `password`"),
          null);
    }
    if (client instanceof FtpsClient encrypted) {
      encrypted.protect();
    }
    client.enterLocalPassiveMode();
    // Text mode, the protocol's default, corrupts what is not text.
    if (!client.setFileType(FTP.BINARY_FILE_TYPE)) {
      throw new IOException("it has no binary mode: " + client.getReplyString().strip());
    }
  }

  private static StopException certificate(FtpAddress address, IOException e) {
    return new StopException(
        Problem.error(
            FilesError.FILES_HOST_KEY,
            null,
            "%s does not prove who it is: %s".formatted(address, e.getMessage()),
            "name the certificate of its authority in `certificates`"),
        e);
  }

  static RetryException away(FtpAddress address, IOException e) {
    return new RetryException(
        Problem.error(
            FilesError.FILES_AWAY,
            null,
            "%s does not answer: %s".formatted(address, e.getMessage()),
            null),
        e);
  }

  static void close(FTPClient client) {
    try {
      client.disconnect();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
