package dev.millrace.embedded;

/** Embedded PostgreSQL. */
public final class PostgresType implements EmbeddedSystemType {
  @Override
  public String type() {
    return "postgres";
  }

  @Override
  public EmbeddedSystem create(String name, String project, DataFolder folder, Ports ports) {
    return new PostgresSystem(name, project, folder.resolve(name), ports);
  }
}
