package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lake in an S3-compatible store. */
class S3LakeTest extends RemoteLakeContract {
  @TempDir static Path root;

  @SuppressWarnings("NullAway.Init")
  private static S3Server server;

  @BeforeAll
  static void startServer() throws IOException {
    server = S3Server.start(root.resolve("s3"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  RemoteLake server() {
    return server;
  }

  @Override
  List<String> folders() {
    return List.of("own/below", "s3://" + S3Server.BUCKET + "/own/beside", "s3a://bucket/own/too");
  }

  @Test
  void errorsTellWhatToDo() {
    assertThatThrownBy(() -> lake().with("secret_key", "wrong-secret").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("SignatureDoesNotMatch")
        .hasMessageContaining("check `access_key` and `secret_key`")
        .hasMessageNotContaining("wrong-secret");
    assertThatThrownBy(() -> lake().with("access_key", "nobody").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("InvalidAccessKeyId");
    assertThatThrownBy(() -> lake().with("warehouse", "s3://no-such-bucket/lake").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("NoSuchBucket")
        .hasMessageContaining("make the bucket");
    assertThatThrownBy(() -> lake().with("endpoint", "127.0.0.1").open())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`endpoint` is no address of a store")
        .hasMessageContaining("https://host:port");
    assertThatThrownBy(() -> lake().with("endpoint", "http://127.0.0.1:1").open())
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("open the lake in s3://bucket/lake");
    LakeFolder keyless =
        new LakeFolder(server.folder(), Map.of("warehouse", "s3://" + S3Server.BUCKET + "/lake"));
    assertThatThrownBy(keyless::open)
        .isInstanceOf(StopException.class)
        .hasMessageContaining("needs `access_key`")
        .hasMessageContaining("env_var('S3_ACCESS_KEY')");
  }
}
