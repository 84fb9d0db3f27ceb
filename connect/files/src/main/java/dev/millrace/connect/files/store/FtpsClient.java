package dev.millrace.connect.files.store;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.commons.net.DefaultSocketFactory;
import org.apache.commons.net.ftp.FTPSClient;
import org.jspecify.annotations.Nullable;

/**
 * An encrypted connection whose data connections go on with the TLS session of the first one, as
 * many servers demand: so they know that both come from one client. Java looks for a session by the
 * server's name and its socket's port, so each data connection's socket tells that of the first
 * one.
 */
final class FtpsClient extends FTPSClient {
  private final SSLContext context;
  private final FtpAddress address;

  FtpsClient(FtpAddress address, SSLContext context) {
    super(address.tls() == FtpAddress.Tls.IMPLICIT, context);
    this.context = context;
    this.address = address;
    setEndpointCheckingEnabled(address.verifyCertificate());
  }

  /** From here on data is encrypted; the library opens its connections, this encrypts them. */
  void protect() throws IOException {
    execPBSZ(0);
    execPROT("P");
    int port = address.url().port();
    setSocketFactory(
        new DefaultSocketFactory() {
          @Override
          public Socket createSocket() {
            return new Socket() {
              @Override
              public int getPort() {
                return port;
              }
            };
          }
        });
  }

  @Override
  protected @Nullable Socket _openDataConnection_(String command, @Nullable String argument)
      throws IOException {
    Socket plain = super._openDataConnection_(command, argument);
    if (plain == null || plain instanceof SSLSocket) {
      return plain;
    }
    try {
      SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(plain, address.url().host(), address.url().port(), true);
      if (address.verifyCertificate()) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
      }
      socket.startHandshake();
      return socket;
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }
}
