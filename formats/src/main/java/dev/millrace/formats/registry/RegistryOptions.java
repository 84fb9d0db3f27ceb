package dev.millrace.formats.registry;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import java.util.List;

/** What {@code millrace.yml} may say of a schema registry. */
public final class RegistryOptions {
  /** The type of such a system in a target. */
  public static final String TYPE = "schema_registry";

  /** The address. */
  public static final String URL = "url";

  /** The port of the embedded one. */
  public static final String PORT = "port";

  static final String USER = "user";
  static final String PASSWORD = "password";

  /** All of them. */
  public static final List<Option> OPTIONS =
      List.of(
          Option.required(
              URL,
              OptionType.TEXT,
              "Where it is: `http://` or `https://`, host and port, perhaps a path.",
              "{{ env_var('SCHEMA_REGISTRY_URL') }}"),
          Option.optional(USER, OptionType.TEXT, "The user, for basic authentication.", "millrace"),
          Option.optional(
              PASSWORD,
              OptionType.SECRET,
              "The user's password, from the environment.",
              "{{ env_var('SCHEMA_REGISTRY_PASSWORD') }}"),
          Option.optional(
              PORT,
              OptionType.INTEGER,
              "The port of the embedded one; the one that it had before, or a free one, if left"
                  + " out.",
              "8081"));

  private RegistryOptions() {}
}
