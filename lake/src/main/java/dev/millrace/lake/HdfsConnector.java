package dev.millrace.lake;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import java.util.List;

/** Systems of type {@code hdfs}, where a target's embedded lake has its files. */
public final class HdfsConnector implements Connector {
  /** The connector's name. */
  public static final String NAME = "hdfs";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "Hadoop's file system, where the embedded lake of the same target has its files.";
  }

  @Override
  public List<Option> systemOptions() {
    return List.of(
        Option.required(
            "url",
            OptionType.TEXT,
            "Where HDFS is, as other engines name it.",
            "hdfs://namenode.example.org:8020"),
        HdfsAddress.NAMENODES,
        Option.optional(
            "user",
            OptionType.TEXT,
            "The user who asks; who runs Millrace unless told otherwise.",
            "millrace"));
  }
}
