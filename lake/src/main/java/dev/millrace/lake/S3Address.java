package dev.millrace.lake;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How an S3-compatible store is reached.
 *
 * @param endpoint of the store; empty for Amazon's
 * @param region that requests are signed for
 * @param accessKey who asks
 * @param secretKey the proof of it
 * @param pathStyle whether the bucket is in the path of a request, and not in the host's name
 */
record S3Address(
    Optional<URI> endpoint, String region, String accessKey, String secretKey, boolean pathStyle) {
  private static final String ENDPOINT = "endpoint";
  private static final String REGION = "region";
  private static final String ACCESS_KEY = "access_key";
  private static final String SECRET_KEY = "secret_key";
  private static final String PATH_STYLE = "path_style";

  static final List<Option> OPTIONS =
      List.of(
          Option.optional(
              ENDPOINT,
              OptionType.TEXT,
              "Where an S3-compatible store answers; without it, Amazon's in the region.",
              "https://minio.example.org:9000"),
          Option.withDefault(
              REGION, OptionType.TEXT, "us-east-1", "The store's region. Many stores have none."),
          Option.optional(
              ACCESS_KEY,
              OptionType.TEXT,
              "The key to ask the store with.",
              "{{ env_var('S3_ACCESS_KEY') }}"),
          Option.optional(
              SECRET_KEY,
              OptionType.SECRET,
              "What belongs to that key.",
              "{{ env_var('S3_SECRET_KEY') }}"),
          Option.withDefault(
              PATH_STYLE,
              OptionType.BOOLEAN,
              "true",
              "Asks for `endpoint/bucket/file`; false asks for `bucket.endpoint/file`."));

  /** Keys are secrets, and so is what has them in it. */
  @Override
  public String toString() {
    return "S3 at " + endpoint.map(URI::toString).orElse(region);
  }

  static S3Address of(Options system) {
    return new S3Address(
        system.optionalText(ENDPOINT).map(S3Address::uri),
        system.text(REGION),
        required(system, ACCESS_KEY),
        required(system, SECRET_KEY),
        system.flag(PATH_STYLE));
  }

  private static String required(Options system, String option) {
    return system
        .optionalText(option)
        .orElseThrow(
            () ->
                LakeFailure.stop(
                    LakeError.LAKE_ADDRESS,
                    "a `warehouse` in S3 needs `" + option + "`, which is missing",
                    "give it from the environment: `"
                        + option
                        + ": \"{{ env_var('S3_"
                        + option.toUpperCase(java.util.Locale.ROOT)
                        + "') }}\"`"));
  }

  private static URI uri(String text) {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // No address.
    }
    throw LakeFailure.stop(
        LakeError.LAKE_ADDRESS,
        "`endpoint` is no address of a store: `" + text + "`",
        "write `https://host:port`");
  }
}
