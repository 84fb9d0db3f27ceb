package dev.millrace.log;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Tells what the caller may do about an exception of a Kafka client. */
public final class KafkaFailure {
  private KafkaFailure() {}

  /**
   * The exception to throw instead.
   *
   * @param doing what was tried, such as {@code reading topic `a`}
   */
  public static MillraceException of(Throwable thrown, Cluster cluster, String doing) {
    Throwable cause = thrown;
    while (cause.getCause() != null
        && (cause instanceof ExecutionException || cause.getClass() == KafkaException.class)) {
      cause = cause.getCause();
    }
    if (cause instanceof MillraceException already) {
      return already;
    }
    if (cause instanceof AuthenticationException || cause instanceof AuthorizationException) {
      return stop(
          LogError.KAFKA_ACCESS_DENIED,
          "Kafka at `" + cluster.url() + "` refuses " + doing + ": " + cause.getMessage(),
          "check `user`, `password` and the user's rights",
          cause);
    }
    if (cause instanceof ConfigException || cause instanceof UnsupportedVersionException) {
      return stop(
          LogError.KAFKA_OPTIONS_INVALID,
          "Kafka's client refuses the options of `" + cluster.url() + "`: " + cause.getMessage(),
          "check the system's block in millrace.yml",
          cause);
    }
    if (cause instanceof TimeoutException) {
      return new RetryException(
          Problem.error(
              LogError.KAFKA_UNREACHABLE,
              null,
              "Kafka at `" + cluster.url() + "` does not answer, " + doing,
              "check that the broker runs and that the address is right"),
          cause);
    }
    if (cause instanceof InterruptException || cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new RetryException(
        Problem.error(
            LogError.KAFKA_FAILED,
            null,
            "Kafka at `" + cluster.url() + "` failed, " + doing + ": " + cause,
            null),
        cause);
  }

  private static StopException stop(LogError code, String message, String hint, Throwable cause) {
    return new StopException(Problem.error(code, null, message, hint), cause);
  }
}
