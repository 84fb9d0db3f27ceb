package dev.millrace.connect.files;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Option;
import dev.millrace.connect.files.redis.RedisAddress;
import java.util.List;

/** Systems of type {@code redis}, where sources of connector {@code files} share their ledger. */
public final class RedisConnector implements Connector {
  /** The connector's name. */
  public static final String NAME = "redis";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "A Redis server, where sources of connector `files` share their ledger with other tools.";
  }

  @Override
  public List<Option> systemOptions() {
    return RedisAddress.OPTIONS;
  }
}
