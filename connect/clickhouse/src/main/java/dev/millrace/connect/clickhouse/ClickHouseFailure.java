package dev.millrace.connect.clickhouse;

import com.clickhouse.client.api.ServerException;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Tells from an error of ClickHouse whether the same call may succeed later, and says in words what
 * happened. The codes are those of the server's {@code ErrorCodes.cpp}.
 */
final class ClickHouseFailure {
  static final int UNKNOWN_TABLE = 60;

  private static final int READONLY = 164;
  private static final int MEMORY_LIMIT_EXCEEDED = 241;
  private static final int TABLE_IS_READ_ONLY = 242;
  private static final int NOT_ENOUGH_SPACE = 243;
  private static final int TOO_MANY_PARTS = 252;

  /**
   * What passes: the network, limits of the moment, disks, keepers, a server that starts or ends.
   */
  private static final Set<Integer> PASSING =
      Set.of(
          3, // UNEXPECTED_END_OF_FILE: the body was cut off
          23,
          24, // CANNOT_READ_FROM_ISTREAM, CANNOT_WRITE_TO_OSTREAM
          32, // ATTEMPT_TO_READ_AFTER_EOF
          74,
          75,
          76, // the files of the server
          95, // CANNOT_READ_FROM_SOCKET
          96, // CANNOT_WRITE_TO_SOCKET
          159, // TIMEOUT_EXCEEDED
          160, // TOO_SLOW
          READONLY,
          173, // CANNOT_ALLOCATE_MEMORY
          198, // DNS_ERROR
          201, // QUOTA_EXCEEDED
          202, // TOO_MANY_SIMULTANEOUS_QUERIES
          203, // NO_FREE_CONNECTION
          209, // SOCKET_TIMEOUT
          210, // NETWORK_ERROR
          216, // QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING
          218, // TABLE_IS_DROPPED: while it is made anew
          225, // NO_ZOOKEEPER
          236, // ABORTED
          MEMORY_LIMIT_EXCEEDED,
          TABLE_IS_READ_ONLY,
          NOT_ENOUGH_SPACE,
          TOO_MANY_PARTS,
          285, // TOO_FEW_LIVE_REPLICAS
          286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
          289, // REPLICA_IS_NOT_IN_QUORUM
          307, // TOO_MANY_BYTES
          319, // UNKNOWN_STATUS_OF_INSERT
          341, // UNFINISHED
          364, // RECEIVED_ERROR_TOO_MANY_REQUESTS
          394, // QUERY_WAS_CANCELLED
          415, // ALL_REPLICAS_LOST
          425, // SYSTEM_ERROR
          439, // CANNOT_SCHEDULE_TASK
          473, // DEADLOCK_AVOIDED
          499, // S3_ERROR
          517, // CANNOT_ASSIGN_ALTER
          574, // DISTRIBUTED_TOO_MANY_PENDING_BYTES
          692, // TOO_MANY_MUTATIONS
          745, // SERVER_OVERLOADED
          999, // KEEPER_EXCEPTION
          1000, // POCO_EXCEPTION
          1001, // STD_EXCEPTION
          1002); // UNKNOWN_EXCEPTION

  /** Users, passwords, addresses, rights, databases. */
  private static final Set<Integer> ACCESS = Set.of(81, 192, 193, 194, 195, 497, 516);

  private static final Set<Integer> VALUES = Set.of(6, 27, 38, 41, 69, 70, 131, 349, 407, 436, 691);

  private static final Pattern CODE = Pattern.compile("Code: (\\d{1,6})\\b");

  private static final int LONGEST_TEXT = 500;

  private ClickHouseFailure() {}

  /** The code that the server gave; 0 if it gave none. */
  static int code(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof ServerException server) {
        return server.getCode() > 0 ? server.getCode() : codeIn(server.getMessage());
      }
    }
    return 0;
  }

  /** Old servers tell the code in the text alone. */
  private static int codeIn(@Nullable String text) {
    Matcher matcher = CODE.matcher(text == null ? "" : text);
    return matcher.lookingAt() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  /**
   * The exception to throw.
   *
   * @param doing what was tried, such as {@code deliver to `ads.clicks`}
   */
  static MillraceException of(Throwable thrown, ClickHouseAddress address, String doing) {
    int code = code(thrown);
    String message =
        "cannot %s in ClickHouse at %s: %s%s"
            .formatted(doing, address, text(thrown), code == 0 ? "" : " (code " + code + ")");
    if (isCertificate(thrown)) {
      return new StopException(
          Problem.error(
              ClickHouseError.DATABASE_ACCESS,
              null,
              message,
              "name the file with the server's certificate authority in `ssl_root_cert`"),
          thrown);
    }
    if (code <= 0 || (PASSING.contains(code) && !isOneInsert(code, thrown))) {
      return new RetryException(
          Problem.error(ClickHouseError.DATABASE_AWAY, null, message, retryHint(code)), thrown);
    }
    ClickHouseError kind =
        ACCESS.contains(code)
            ? ClickHouseError.DATABASE_ACCESS
            : VALUES.contains(code) ? ClickHouseError.SINK_VALUE : ClickHouseError.SINK_REFUSED;
    return new StopException(Problem.error(kind, null, message, hint(code)), thrown);
  }

  // A handshake also fails if the network or the server ends meanwhile.
  private static boolean isCertificate(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof CertificateException
          || e instanceof CertPathBuilderException
          || e instanceof CertPathValidatorException
          || e instanceof SSLPeerUnverifiedException) {
        return true;
      }
    }
    return false;
  }

  /** One insert has too many partitions, which has the code of a server that lags behind. */
  private static boolean isOneInsert(int code, Throwable thrown) {
    return code == TOO_MANY_PARTS && text(thrown).contains("partitions for single INSERT");
  }

  private static String text(Throwable thrown) {
    Throwable told = thrown;
    for (Throwable e = thrown; e != null && !(told instanceof ServerException); e = e.getCause()) {
      told = e;
    }
    String text = told.getMessage() == null ? told.getClass().getSimpleName() : told.getMessage();
    String line = text.replaceAll("\\s*\\R\\s*", " ").strip();
    return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "...";
  }

  private static @Nullable String retryHint(int code) {
    return switch (code) {
      case 159, 209 -> "raise the system's `timeout` if the server needs longer";
      case READONLY -> "the user's profile is `readonly`: give it the right to write";
      case MEMORY_LIMIT_EXCEEDED -> "the server is short of memory";
      case TABLE_IS_READ_ONLY -> "the replica has lost its keeper";
      case NOT_ENOUGH_SPACE -> "the server's disk is full";
      case TOO_MANY_PARTS ->
          "the server merges more slowly than rows come: partition by longer times";
      default -> null;
    };
  }

  private static @Nullable String hint(int code) {
    if (VALUES.contains(code)) {
      return "the table's column cannot hold this value: change its type, or the model";
    }
    return switch (code) {
      case TOO_MANY_PARTS ->
          "partition the table by longer times, or raise max_partitions_per_insert_block";
      case 16, 47, UNKNOWN_TABLE -> "the table was changed while Millrace ran: restart to check it";
      case 81 -> "create the database, or correct the system's `database`";
      case 192, 193, 194, 516 -> "check the system's `user` and `password`";
      case 195 -> "let the server accept this machine's address for the user";
      case 497 -> "grant the system's user the right to do this";
      case 115 -> "the server is too old, or `settings` of the sink names one that there is not";
      default -> null;
    };
  }
}
