package dev.millrace.connect.files.store;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where an SFTP server is, how it proves who it is, and how to log in.
 *
 * @param url host, port and folder
 * @param user to log in as
 * @param password the user's; empty without one
 * @param privateKey the file of the user's key; empty without one
 * @param passphrase of that key
 * @param agent true if keys of the ssh agent are tried
 * @param hostKey the only key that the server may have; empty if the file of known hosts says
 * @param knownHosts the file of known hosts
 * @param verifyHost false if the server may have any key
 * @param connectTimeout how long connecting and logging in may take each
 * @param timeout how long one answer may take
 */
public record SftpAddress(
    ServerUrl url,
    String user,
    Optional<String> password,
    Optional<Path> privateKey,
    Optional<String> passphrase,
    boolean agent,
    Optional<String> hostKey,
    Path knownHosts,
    boolean verifyHost,
    Duration connectTimeout,
    Duration timeout) {
  private static final int PORT = 22;

  /** What {@code millrace.yml} may say of such a system. */
  public static final List<Option> OPTIONS =
      List.of(
          Option.required(
              "url",
              OptionType.TEXT,
              "The server's address: `sftp://host:port/folder`; the folder is absolute, without one"
                  + " it is where the server puts the user.",
              "sftp://files.example.org:22/incoming"),
          Option.optional(
              "user",
              OptionType.TEXT,
              "The user to log in as, whatever `url` says; without either the one that runs"
                  + " Millrace.",
              "millrace"),
          Option.optional(
              "password",
              OptionType.SECRET,
              "The user's password, from the environment.",
              "{{ env_var('SFTP_PASSWORD') }}"),
          Option.optional(
              "private_key",
              OptionType.TEXT,
              "The file of the user's private key; relative to the project's folder.",
              "/home/millrace/.ssh/id_ed25519"),
          Option.optional(
              "passphrase",
              OptionType.SECRET,
              "The private key's passphrase, from the environment.",
              "{{ env_var('SFTP_PASSPHRASE') }}"),
          Option.withDefault(
              "agent",
              OptionType.BOOLEAN,
              "false",
              "Whether keys of the ssh agent (SSH_AUTH_SOCK) are tried too."),
          Option.optional(
              "host_key",
              OptionType.TEXT,
              "The server's key, or its fingerprint; then the file of known hosts is not read.",
              "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDHQy0Ql5iX4qzGbXo"),
          Option.withDefault(
              "known_hosts",
              OptionType.TEXT,
              "~/.ssh/known_hosts",
              "The file of servers and their keys, as OpenSSH writes it; relative to the project's"
                  + " folder."),
          Option.withDefault(
              "verify_host",
              OptionType.BOOLEAN,
              "true",
              "Whether the server has to prove by its key who it is. Without that, anybody in"
                  + " between can read the password and the files."),
          Option.withDefault(
              "connect_timeout",
              OptionType.DURATION,
              "10s",
              "How long to wait for a connection, and then for the login."),
          Option.withDefault(
              "timeout",
              OptionType.DURATION,
              "30s",
              "How long one answer of the server may take before the connection is given up."));

  /**
   * Reads the options of the system. Connects to nothing.
   *
   * @param folder the project's
   * @throws dev.millrace.api.error.StopException if they do not fit together
   */
  public static SftpAddress of(Options options, Path folder) {
    ServerUrl url = ServerUrl.parse(options.text("url"), PORT, "sftp");
    String user = url.user(options.optionalText("user"), System.getProperty("user.name"));
    return new SftpAddress(
        url,
        user,
        options.optionalText("password").or(url::password),
        options.optionalText("private_key").map(f -> file(f, folder)),
        options.optionalText("passphrase"),
        options.flag("agent"),
        options.optionalText("host_key"),
        file(options.text("known_hosts"), folder),
        options.flag("verify_host"),
        options.duration("connect_timeout"),
        options.duration("timeout"));
  }

  private static Path file(String text, Path folder) {
    if (text.startsWith("~/")) {
      return Path.of(System.getProperty("user.home"), text.substring(2));
    }
    return folder.resolve(text).toAbsolutePath();
  }

  /** The same server's folder below this one; an absolute path takes its place. */
  public SftpAddress below(String folder) {
    return new SftpAddress(
        url.below(folder),
        user,
        password,
        privateKey,
        passphrase,
        agent,
        hostKey,
        knownHosts,
        verifyHost,
        connectTimeout,
        timeout);
  }

  /** The address; never a credential. */
  @Override
  public String toString() {
    return url.toString();
  }
}
