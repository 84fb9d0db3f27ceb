package dev.millrace.lake;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The same with the files in a store, whose server goes on when the process is killed. */
@Tag("long")
class KilledS3ChangesTest extends KilledChangesTest {
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
  LakeFolder lake(String name) {
    return new LakeFolder(folder.resolve(name), server.options())
        .with("warehouse", "s3://" + S3Server.BUCKET + "/" + name);
  }
}
