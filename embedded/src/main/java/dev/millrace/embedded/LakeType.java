package dev.millrace.embedded;

import java.util.Optional;

/** A lake in the data folder; one with files in HDFS is made by who knows both. */
public final class LakeType implements EmbeddedSystemType {
  @Override
  public String type() {
    return "lake";
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new LakeSystem(name, project, folder.resolve(name), Optional.empty());
  }
}
