package dev.millrace.embedded;

/** Embedded Redis. */
public final class RedisType implements EmbeddedSystemType {
  @Override
  public String type() {
    return "redis";
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new RedisSystem(name, folder.resolve(name), ports);
  }
}
