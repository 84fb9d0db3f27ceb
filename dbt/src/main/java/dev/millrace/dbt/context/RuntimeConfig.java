package dev.millrace.dbt.context;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code builtins.ref.config}: what packages such as elementary ask about the invocation. The
 * project's name, its variables, the command line's switches, the packages.
 */
final class RuntimeConfig {
  private static final String TYPE = "RuntimeConfig";

  private RuntimeConfig() {}

  static Members of(ParseSetting setting) {
    Map<String, @Nullable Object> dependencies = new LinkedHashMap<>();
    setting.vars().keySet().forEach(name -> dependencies.put(name, of(setting, name)));
    return of(setting, setting.rootProject()).value("dependencies", dependencies);
  }

  private static Members of(ParseSetting setting, String packageName) {
    return new Members(TYPE)
        .value("project_name", packageName)
        .value("version", null)
        .value("args", Flags.lowerCase(setting.flags()))
        .value("cli_vars", new LinkedHashMap<>())
        .value(
            "vars",
            new TemplateObject("VarProvider", setting.vars().getOrDefault(packageName, Map.of())))
        .value("target_name", setting.target().name())
        .value("profile_name", setting.target().profile())
        .value("threads", (long) setting.target().threads());
  }
}
