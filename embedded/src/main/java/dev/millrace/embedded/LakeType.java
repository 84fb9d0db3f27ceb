package dev.millrace.embedded;

/** A lake in the data folder. */
public final class LakeType implements EmbeddedSystemType {
  @Override
  public String type() {
    return "lake";
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new LakeSystem(name, folder.resolve(name));
  }
}
