package dev.millrace.lake;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.net.URI;
import java.util.List;

/**
 * How an HDFS is reached.
 *
 * @param namenodes where the NameNode answers HTTP; several where one stands by for another
 * @param user who asks
 */
record HdfsAddress(List<URI> namenodes, String user) {
  static final String NAMENODE = "namenode";
  static final String USER = "hdfs_user";

  /** The NameNode's usual port of HTTP. */
  private static final int PORT = 9870;

  static final Option NAMENODES =
      Option.optional(
          NAMENODE,
          OptionType.TEXTS,
          "Where the NameNode of an HDFS answers HTTP (WebHDFS); several where one stands by for"
              + " another. Without it, port 9870 of the host in the `hdfs://` address.",
          "[http://namenode.example.org:9870]");

  static final List<Option> OPTIONS =
      List.of(
          NAMENODES,
          Option.optional(
              USER,
              OptionType.TEXT,
              "The user who asks an HDFS; who runs Millrace unless told otherwise.",
              "millrace"));

  HdfsAddress {
    namenodes = List.copyOf(namenodes);
  }

  static HdfsAddress of(URI warehouse, Options system) {
    List<URI> namenodes =
        system.has(NAMENODE)
            ? system.texts(NAMENODE).stream().map(HdfsAddress::uri).toList()
            : List.of(URI.create("http://" + warehouse.getHost() + ":" + PORT));
    return new HdfsAddress(
        namenodes, system.optionalText(USER).orElse(System.getProperty("user.name")));
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
        "`" + NAMENODE + "` is no address of a NameNode: `" + text + "`",
        "write `http://host:9870`, which is not the port of `hdfs://`");
  }
}
