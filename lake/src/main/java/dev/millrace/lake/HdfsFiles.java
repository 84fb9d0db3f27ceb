package dev.millrace.lake;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** A lake in HDFS, which tells of a file that it is written once DataNodes have it. */
final class HdfsFiles extends RemoteFiles {
  private final WebHdfs hdfs;
  private final HdfsFileIO io;

  private HdfsFiles(String warehouse, Path staging, FileCache cache, WebHdfs hdfs) {
    super(warehouse, staging, cache);
    this.hdfs = hdfs;
    this.io = new HdfsFileIO(hdfs, staging);
  }

  /** Asks once, so that a wrong address is told at once. */
  static HdfsFiles open(LakeAddress address, HdfsAddress at) throws IOException {
    WebHdfs hdfs = new WebHdfs(at);
    hdfs.status("/");
    Path staging = staging(address.cache());
    return new HdfsFiles(address.warehouse(), staging, files(address.cache()), hdfs);
  }

  @Override
  String scheme() {
    return HdfsFileIO.SCHEME;
  }

  @Override
  public SupportsPrefixOperations io() {
    return io;
  }

  @Override
  void send(Path file, String location) throws IOException {
    hdfs.create(HdfsFileIO.path(location), file, true);
  }

  /** What HDFS' answer says, where it is one. */
  static Optional<MillraceException> failure(RuntimeException e, String doing) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof WebHdfsException answer) {
        return Optional.of(failure(answer, "cannot " + doing + ": " + answer.getMessage(), e));
      }
    }
    return Optional.empty();
  }

  private static MillraceException failure(WebHdfsException answer, String said, Exception cause) {
    return switch (answer.kind()) {
      case STRANGER ->
          LakeFailure.stop(
              LakeError.LAKE_ADDRESS,
              said,
              "give the NameNode's address of HTTP: `namenode: http://host:9870`");
      case LOGIN ->
          LakeFailure.stop(
              LakeError.LAKE_ACCESS,
              said,
              "Millrace does not know Kerberos: put a gateway in front of HDFS that does");
      case DENIED ->
          LakeFailure.stop(
              LakeError.LAKE_ACCESS, said, "check `hdfs_user`, and who may write to the folder");
      case FULL ->
          new RetryException(
              Problem.error(
                  LakeError.LAKE_AWAY,
                  null,
                  said,
                  "free space in HDFS or raise its quota; Millrace goes on then"),
              cause);
      case OTHER -> new RetryException(Problem.error(LakeError.LAKE_AWAY, null, said, null), cause);
    };
  }
}
