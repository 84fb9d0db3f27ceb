package dev.millrace.dbt.context;

import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.jinja.MacroReturn;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Json;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Tuple;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names that all templates see, whatever they are part of. */
final class BaseNames {
  /** The version of dbt whose format this is. */
  static final String DBT_VERSION = "1.10.15";

  private BaseNames() {}

  static Map<String, @Nullable Object> of(ParseSetting setting) {
    Map<String, @Nullable Object> names = new HashMap<>();
    names.put("dbt_version", DBT_VERSION);
    names.put("invocation_id", setting.invocationId());
    names.put("run_started_at", TemplateMoment.of(setting.startedAt()));
    names.put("project_name", setting.rootProject());
    Map<String, @Nullable Object> target = target(setting.target());
    names.put("target", target);
    names.put("env", target);
    names.put("flags", Flags.of(setting.flags()));
    names.put("invocation_args_dict", Flags.lowerCase(setting.flags()));
    names.put("modules", Modules.ALL);
    names.put("dbt_metadata_envs", metadata(setting.environment()));
    names.put("thread_id", new Lazy(() -> Thread.currentThread().getName()));
    names.put("return", (Callable) BaseNames::returned);
    names.put("log", log(setting));
    names.put("print", print(setting));
    names.put("env_var", new EnvVar(setting.environment()));
    names.put("try_or_compiler_error", (Callable) BaseNames::tryOrError);
    names.put("exceptions", TemplateExceptions.of(setting));
    addConversions(names);
    addCollections(names);
    return names;
  }

  private static Map<String, @Nullable Object> target(DbtTarget target) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(target.values());
    values.put("name", target.name());
    values.put("target_name", target.name());
    values.put("profile_name", target.profile());
    values.put("type", "duckdb");
    values.put("database", target.database());
    values.put("dbname", target.database());
    values.put("schema", target.schema());
    values.put("threads", (long) target.threads());
    return values;
  }

  private static Map<String, @Nullable Object> metadata(Map<String, String> environment) {
    String prefix = "DBT_ENV_CUSTOM_ENV_";
    Map<String, @Nullable Object> found = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }

  private static Object returned(Arguments arguments) {
    throw new MacroReturn(arguments.get(0, "data", null));
  }

  private static Callable log(ParseSetting setting) {
    return Members.function(
        "log(msg, info=False)",
        a -> {
          if (Boolean.TRUE.equals(a[1])) {
            setting.log().accept(Secrets.hide(Printing.str(a[0]), setting.environment()));
          }
          return "";
        });
  }

  private static Callable print(ParseSetting setting) {
    return Members.function(
        "print(msg)",
        a -> {
          setting.log().accept(Secrets.hide(Printing.str(a[0]), setting.environment()));
          return "";
        });
  }

  private static @Nullable Object tryOrError(Arguments arguments) {
    String message = arguments.text(0, "message_if_exception");
    if (!(arguments.at(1) instanceof Callable function)) {
      throw PythonError.type("'func' is no function");
    }
    try {
      return function.call(
          Arguments.of(arguments.skip(2).positional().toArray(), arguments.keywords()));
    } catch (RuntimeException e) {
      throw new PythonError("CompilationError", message);
    }
  }

  private static void addConversions(Map<String, @Nullable Object> names) {
    names.put(
        "fromjson",
        Members.function(
            "fromjson(string, default=None)", a -> Texts.fromJson(Printing.str(a[0]), a[1])));
    names.put(
        "tojson",
        Members.function(
            "tojson(value, default=None, sort_keys=False)",
            a -> {
              try {
                return Json.write(Texts.plain(a[0]), Boolean.TRUE.equals(a[2]), -1);
              } catch (PythonError e) {
                return a[1];
              }
            }));
    names.put(
        "fromyaml",
        Members.function(
            "fromyaml(value, default=None)", a -> Texts.fromYaml(Printing.str(a[0]), a[1])));
    names.put(
        "toyaml",
        Members.function(
            "toyaml(value, default=None, sort_keys=False)",
            a -> Texts.toYaml(a[0], Boolean.TRUE.equals(a[2]))));
    names.put("local_md5", Members.function("local_md5(value)", a -> md5(Printing.str(a[0]))));
  }

  private static String md5(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  private static void addCollections(Map<String, @Nullable Object> names) {
    names.put(
        "set",
        Members.function(
            "set(value, default=None)", a -> Sequences.isIterable(a[0]) ? set(a[0]) : a[1]));
    names.put("set_strict", Members.function("set_strict(value)", a -> set(a[0])));
    names.put("zip", (Callable) BaseNames::zip);
    names.put(
        "zip_strict",
        (Callable)
            arguments -> {
              arguments.positional().forEach(Sequences::list);
              return zip(arguments);
            });
    names.put(
        "diff_of_two_dicts", Members.function("diff_of_two_dicts(dict_a, dict_b)", Texts::diff));
  }

  private static Set<@Nullable Object> set(@Nullable Object value) {
    return new LinkedHashSet<>(Sequences.list(value));
  }

  private static @Nullable Object zip(Arguments arguments) {
    List<List<@Nullable Object>> lists = new ArrayList<>();
    for (Object argument : arguments.positional()) {
      if (!Sequences.isIterable(argument)) {
        return arguments.keywords().get("default");
      }
      lists.add(Sequences.list(argument));
    }
    List<@Nullable Object> rows = new ArrayList<>();
    int size = lists.stream().mapToInt(List::size).min().orElse(0);
    for (int i = 0; i < size; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (List<@Nullable Object> list : lists) {
        row.add(list.get(i));
      }
      rows.add(Tuple.copyOf(row));
    }
    return rows;
  }

  /** {@code doc()}: a block of documentation. */
  static Callable doc(Docs docs) {
    return arguments -> {
      int count = arguments.count();
      if (count < 1 || count > 2) {
        throw new PythonError(
            "CompilationError", "`doc()` takes a block's name, or a package and a block's name");
      }
      Optional<String> from =
          count == 2 ? Optional.of(arguments.text(0, "package")) : Optional.empty();
      String name = arguments.text(count - 1, "name");
      return docs.find(from, name)
          .orElseThrow(
              () ->
                  new PythonError(
                      "CompilationError", "there is no documentation block `" + name + "`"));
    };
  }
}
