package dev.millrace.connect.files.store;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import dev.millrace.connect.files.FilesError;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where an FTP server is, whether the connection is encrypted, and how to log in.
 *
 * @param url host, port and folder
 * @param tls how the connection is encrypted
 * @param user to log in as
 * @param password the user's
 * @param certificates the file of certificates that are trusted; empty for those of Java
 * @param verifyCertificate false if the server may have any certificate
 * @param charset of names
 * @param connectTimeout how long connecting may take
 * @param timeout how long one answer may take
 */
public record FtpAddress(
    ServerUrl url,
    Tls tls,
    String user,
    String password,
    Optional<Path> certificates,
    boolean verifyCertificate,
    Charset charset,
    Duration connectTimeout,
    Duration timeout) {
  private static final int PORT = 21;
  private static final int IMPLICIT_PORT = 990;

  /** How a connection is encrypted. */
  public enum Tls {
    /** Not at all. */
    NONE,
    /** The connection begins in the clear and is encrypted before the login. */
    EXPLICIT,
    /** From the first byte, on a port of its own. */
    IMPLICIT
  }

  /** What {@code millrace.yml} may say of such a system. */
  public static final List<Option> OPTIONS =
      List.of(
          Option.required(
              "url",
              OptionType.TEXT,
              "The server's address: `ftp://host:port/folder`, or `ftps://` for an encrypted"
                  + " connection; without a folder it is where the server puts the user.",
              "ftps://files.example.org/incoming"),
          Option.optional(
              "user",
              OptionType.TEXT,
              "The user to log in as, whatever `url` says; without either `anonymous`.",
              "millrace"),
          Option.optional(
              "password",
              OptionType.SECRET,
              "The user's password, from the environment.",
              "{{ env_var('FTP_PASSWORD') }}"),
          Option.withDefault(
                  "tls",
                  OptionType.TEXT,
                  "explicit",
                  "How an `ftps://` connection is encrypted: by a command on the usual port, or from"
                      + " the start on port 990.")
              .oneOf("explicit", "implicit"),
          Option.optional(
              "certificates",
              OptionType.TEXT,
              "The file of certificates (PEM) that are trusted, instead of Java's; relative to the"
                  + " project's folder.",
              "/etc/ssl/ftp-ca.pem"),
          Option.withDefault(
              "verify_certificate",
              OptionType.BOOLEAN,
              "true",
              "Whether the server has to prove by its certificate who it is."),
          Option.withDefault("charset", OptionType.TEXT, "UTF-8", "How names are written."),
          Option.withDefault(
              "connect_timeout", OptionType.DURATION, "10s", "How long to wait for a connection."),
          Option.withDefault(
              "timeout",
              OptionType.DURATION,
              "30s",
              "How long one answer, or the next piece of a file, may take before the connection is"
                  + " given up."));

  /**
   * Reads the options of the system. Connects to nothing.
   *
   * @param folder the project's
   * @throws StopException if they do not fit together
   */
  public static FtpAddress of(Options options, Path folder) {
    boolean implicit = options.text("tls").equals("implicit");
    ServerUrl url =
        ServerUrl.parse(options.text("url"), implicit ? IMPLICIT_PORT : PORT, "ftp", "ftps");
    Tls tls =
        url.scheme().equals("ftp")
            ? Tls.NONE
            : Tls.valueOf(options.text("tls").toUpperCase(Locale.ROOT));
    if (tls == Tls.NONE && implicit) {
      throw new StopException(
          Problem.error(
              FilesError.FILES_OPTIONS,
              null,
              "`tls: implicit` with an `ftp://` address, which is not encrypted",
              "write `ftps://` in `url`, or remove `tls`"),
          null);
    }
    return new FtpAddress(
        url,
        tls,
        url.user(options.optionalText("user"), "anonymous"),
        options.optionalText("password").or(url::password).orElse(""),
        options.optionalText("certificates").map(f -> folder.resolve(f).toAbsolutePath()),
        options.flag("verify_certificate"),
        charset(options.text("charset")),
        options.duration("connect_timeout"),
        options.duration("timeout"));
  }

  private static Charset charset(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw new StopException(
          Problem.error(
              FilesError.FILES_OPTIONS,
              null,
              "there is no charset `" + name + "`",
              "write a name such as `UTF-8` or `windows-1252`"),
          e);
    }
  }

  /** The same server's folder below this one; an absolute path takes its place. */
  public FtpAddress below(String folder) {
    return new FtpAddress(
        url.below(folder),
        tls,
        user,
        password,
        certificates,
        verifyCertificate,
        charset,
        connectTimeout,
        timeout);
  }

  /** The address; never a credential. */
  @Override
  public String toString() {
    return url.toString();
  }
}
