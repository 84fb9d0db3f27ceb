package dev.millrace.lake;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.embedded.HdfsSystem;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The same with files elsewhere, in a system that goes on when the process is killed. */
@Tag("long")
class KilledRemoteChangesTest {
  @TempDir static Path root;

  /** In a lake of a system that runs for all cases. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Elsewhere extends KilledChangesTest {
    @SuppressWarnings("NullAway.Init")
    private RemoteLake server;

    abstract RemoteLake open() throws IOException;

    @BeforeAll
    void startServer() throws IOException {
      server = open();
    }

    @AfterAll
    void stopServer() {
      if (server != null) {
        server.close();
      }
    }

    @Override
    LakeFolder lake(String name) {
      return new LakeFolder(folder.resolve(name), server.options())
          .with("warehouse", server.warehouse(name));
    }
  }

  /** In a store. */
  @Nested
  class InS3 extends Elsewhere {
    @Override
    RemoteLake open() throws IOException {
      return S3Server.start(root.resolve("s3"));
    }
  }

  /** In HDFS. */
  @Nested
  class InHdfs extends Elsewhere {
    @Override
    RemoteLake open() {
      assumeTrue(HdfsSystem.isAvailable(), "HDFS cannot be had here");
      return HdfsServer.start(root.resolve("hdfs"));
    }
  }
}
