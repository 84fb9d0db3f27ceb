package dev.millrace.lake;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.aws.s3.S3FileIOAwsClientFactory;
import org.apache.iceberg.aws.s3.S3FileIOProperties;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Makes the clients of a store, for Iceberg, which makes this by its name. Iceberg's own factory
 * wants the clients of several other services of Amazon's on the class path.
 */
public final class S3Clients implements S3FileIOAwsClientFactory {
  private static final long serialVersionUID = 1L;
  private static final String REGION = "client.region";

  private Map<String, String> properties = Map.of();

  /** Makes nothing before {@link #initialize}. */
  public S3Clients() {}

  /** What Iceberg hands to {@link #initialize}. */
  static Map<String, String> properties(S3Address store) {
    Map<String, String> properties = new HashMap<>();
    properties.put(S3FileIOProperties.CLIENT_FACTORY, S3Clients.class.getName());
    store.endpoint().ifPresent(e -> properties.put(S3FileIOProperties.ENDPOINT, e.toString()));
    properties.put(REGION, store.region());
    properties.put(S3FileIOProperties.ACCESS_KEY_ID, store.accessKey());
    properties.put(S3FileIOProperties.SECRET_ACCESS_KEY, store.secretKey());
    properties.put(S3FileIOProperties.PATH_STYLE_ACCESS, Boolean.toString(store.pathStyle()));
    return properties;
  }

  @Override
  public void initialize(Map<String, String> given) {
    properties = Map.copyOf(given);
  }

  private String property(String name) {
    return Objects.requireNonNull(properties.get(name), name);
  }

  @Override
  public S3Client s3() {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(property(REGION)))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(
                        property(S3FileIOProperties.ACCESS_KEY_ID),
                        property(S3FileIOProperties.SECRET_ACCESS_KEY))))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .forcePathStyle(Boolean.valueOf(property(S3FileIOProperties.PATH_STYLE_ACCESS)))
            // Newer checksums are refused by many stores that are compatible otherwise.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .addPlugin(LegacyMd5Plugin.create());
    String endpoint = properties.get(S3FileIOProperties.ENDPOINT);
    return (endpoint == null ? builder : builder.endpointOverride(URI.create(endpoint))).build();
  }

  /** Nothing here asks for one. */
  @Override
  public S3AsyncClient s3Async() {
    throw new UnsupportedOperationException("files are read and written one by one");
  }
}
