package dev.millrace.log;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * The options of a system of type {@code kafka}, and the cluster that they describe. Every source
 * writes to its topics and every stream reads from them.
 */
public final class KafkaSystem {
  /** The name in {@code millrace.yml}. */
  public static final String NAME = "kafka";

  /** The key that names a topic, in a source's stream and in a sink. */
  public static final String TOPIC = "topic";

  private static final Option URL =
      Option.required(
          "url",
          OptionType.TEXT,
          "The brokers to ask first, as host:port, separated by commas.",
          "kafka1:9092,kafka2:9092");
  private static final Option SECURITY_PROTOCOL =
      Option.withDefault(
              "security_protocol",
              OptionType.TEXT,
              "PLAINTEXT",
              "How connections are encrypted and authenticated.")
          .oneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
  private static final Option SASL_MECHANISM =
      Option.withDefault(
              "sasl_mechanism",
              OptionType.TEXT,
              "PLAIN",
              "How `user` and `password` are proved, with a SASL protocol.")
          .oneOf("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");
  private static final Option USER =
      Option.optional("user", OptionType.TEXT, "The user, with a SASL protocol.", "millrace");
  private static final Option PASSWORD =
      Option.optional(
          "password",
          OptionType.SECRET,
          "The user's password, from the environment.",
          "{{ env_var('KAFKA_PASSWORD') }}");
  private static final Option PROPERTIES =
      Option.optional(
          "properties",
          OptionType.STRUCTURE,
          "Further settings of Kafka's clients, as Kafka names them, such as trust stores.",
          "{ssl.truststore.location: /etc/kafka/trust.pem, ssl.truststore.type: PEM}");

  /** What {@code millrace.yml} may say of such a system. */
  public static final List<Option> OPTIONS =
      List.of(URL, SECURITY_PROTOCOL, SASL_MECHANISM, USER, PASSWORD, PROPERTIES);

  private KafkaSystem() {}

  /**
   * The cluster that a target's options describe. Connects to nothing.
   *
   * @throws StopException if the options do not fit together
   */
  public static Cluster cluster(Options options) {
    Map<String, String> properties = new HashMap<>();
    String protocol = options.optionalText(SECURITY_PROTOCOL.name()).orElse("PLAINTEXT");
    properties.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol);
    if (protocol.startsWith("SASL_")) {
      String mechanism = options.optionalText(SASL_MECHANISM.name()).orElse("PLAIN");
      properties.put(SaslConfigs.SASL_MECHANISM, mechanism);
      if (options.has("user") && options.has("password")) {
        properties.put(
            SaslConfigs.SASL_JAAS_CONFIG,
            login(
                mechanism,
                options.optionalText("user").orElse(""),
                options.optionalText("password").orElse("")));
      } else if (!options.structure("properties").containsKey(SaslConfigs.SASL_JAAS_CONFIG)) {
        throw new StopException(
            Problem.error(
                LogError.KAFKA_OPTIONS_INVALID,
                null,
                "kafka with `security_protocol: " + protocol + "` needs `user` and `password`",
                "give both, or `sasl.jaas.config` under `properties`"),
            null);
      }
    }
    options.structure("properties").forEach((key, value) -> properties.put(key, value.toString()));
    return new Cluster(options.text("url"), properties);
  }

  private static String login(String mechanism, String user, String password) {
    String module =
        mechanism.equals("PLAIN")
            ? "org.apache.kafka.common.security.plain.PlainLoginModule"
            : "org.apache.kafka.common.security.scram.ScramLoginModule";
    return module
        + " required username=\""
        + escape(user)
        + "\" password=\""
        + escape(password)
        + "\";";
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
