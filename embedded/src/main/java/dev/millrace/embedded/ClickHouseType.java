package dev.millrace.embedded;

/** Embedded ClickHouse. */
public final class ClickHouseType implements EmbeddedSystemType {
  @Override
  public String type() {
    return "clickhouse";
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new ClickHouseSystem(name, project, folder.resolve(name), ports);
  }
}
