package dev.millrace.connect.files.store;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.FilesError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.commons.net.util.TrustManagerUtils;

/** Which certificates of servers are trusted. */
public final class TrustedCertificates {
  private TrustedCertificates() {}

  /**
   * Who decides about a server's certificate; empty for what Java trusts.
   *
   * @param file certificates in PEM that are trusted instead of Java's
   * @param verify false to trust any
   * @throws StopException if the file cannot be read
   */
  public static Optional<TrustManager> of(Optional<Path> file, boolean verify) {
    if (!verify) {
      return Optional.of(TrustManagerUtils.getAcceptAllTrustManager());
    }
    return file.map(TrustedCertificates::in);
  }

  private static TrustManager in(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("trusted-" + number++, c);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return factory.getTrustManagers()[0];
    } catch (IOException | GeneralSecurityException e) {
      throw new StopException(
          Problem.error(
              FilesError.FILES_HOST_KEY,
              null,
              "the certificates in `%s` cannot be read: %s".formatted(file, e.getMessage()),
              "`certificates` is a file of certificates in PEM"),
          e);
    }
  }

  /** True if it is about who the server is; all else that goes wrong with TLS may pass. */
  public static boolean isRefusal(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
        return true;
      }
    }
    return false;
  }
}
