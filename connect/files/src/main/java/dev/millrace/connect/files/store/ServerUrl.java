package dev.millrace.connect.files.store;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.connect.files.FilesError;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The address of a server, taken apart.
 *
 * @param scheme such as {@code sftp}
 * @param host name or address
 * @param port given, or the protocol's
 * @param folder absolute; empty for the one in which the server puts the user
 * @param user if the address names one
 * @param password if the address names one
 */
public record ServerUrl(
    String scheme,
    String host,
    int port,
    String folder,
    Optional<String> user,
    Optional<String> password) {
  /**
   * Reads an address.
   *
   * @param port if it names none
   * @param schemes those that it may have
   * @throws StopException if it is none
   */
  public static ServerUrl parse(String text, int port, String... schemes) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw malformed(schemes);
    }
    String scheme = uri.getScheme();
    String host = uri.getHost();
    if (scheme == null || host == null || !List.of(schemes).contains(scheme)) {
      throw malformed(schemes);
    }
    String credentials = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
    int colon = credentials.indexOf(':');
    String user = colon < 0 ? credentials : credentials.substring(0, colon);
    String folder = uri.getPath() == null ? "" : uri.getPath().replaceFirst("/+$", "");
    return new ServerUrl(
        scheme,
        host,
        uri.getPort() < 0 ? port : uri.getPort(),
        folder,
        user.isEmpty() ? Optional.empty() : Optional.of(decoded(user)),
        colon < 0 ? Optional.empty() : Optional.of(decoded(credentials.substring(colon + 1))));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  // The offending text is not shown: it may hold a password.
  private static StopException malformed(String... schemes) {
    String what = schemes[0].equals("redis") ? "database" : "folder";
    return new StopException(
        Problem.error(
            FilesError.FILES_URL,
            null,
            "the system's `url` is no address of a server of type `" + schemes[0] + "`",
            "write it as `" + schemes[0] + "://host:port/" + what + "`"),
        null);
  }

  /**
   * A folder of a server in words, with the user only if it is below the user's own; never a
   * password.
   *
   * @param system options of a server of files
   * @param type of the system
   */
  public static String folder(Options system, String type, String folder) {
    String[] schemes = type.equals("sftp") ? new String[] {"sftp"} : new String[] {"ftp", "ftps"};
    ServerUrl url = parse(system.text("url"), type.equals("sftp") ? 22 : 21, schemes).below(folder);
    String user = url.user(system.optionalText("user"), "");
    return url.folder.startsWith("/") || user.isEmpty() ? url.toString() : url + " of " + user;
  }

  /** The same with a folder below its own; an absolute one takes its place. */
  ServerUrl below(String more) {
    String path = more.replaceFirst("^(\\./)+", "").replaceFirst("/+$", "");
    if (path.isEmpty() || path.equals(".")) {
      return this;
    }
    return withFolder(more.startsWith("/") || folder.isEmpty() ? path : folder + "/" + path);
  }

  private ServerUrl withFolder(String other) {
    return new ServerUrl(scheme, host, port, other, user, password);
  }

  /** Who logs in: the option says it, else the address, else it is somebody by default. */
  String user(Optional<String> option, String otherwise) {
    return option.or(this::user).orElse(otherwise);
  }

  /** The path of a file on the server. */
  String resolve(String path) {
    if (path.isEmpty()) {
      return folder.isEmpty() ? "." : folder;
    }
    return folder.isEmpty() ? path : folder + "/" + path;
  }

  /** Scheme, host, port and folder; never a credential. */
  @Override
  public String toString() {
    String path = folder.isEmpty() || folder.startsWith("/") ? folder : "/" + folder;
    return scheme + "://" + host + ":" + port + path;
  }
}
