package dev.millrace.dbt.run;

import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.artifact.TargetFolder;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.context.RunSetting;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.manifest.Manifest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What all threads of a build share.
 *
 * @param warned warnings that are said once; a set for several threads
 */
record BuildParts(
    LoadedProject project,
    Adapter adapter,
    BuildSetting setting,
    TargetFolder target,
    Set<String> warned,
    Consumer<String> log) {
  Manifest manifest() {
    return project.manifest();
  }

  /** A context for one thread, over a manifest that may be another than the project's. */
  RunContext context(Manifest manifest, AdapterSession session, Map<String, String> environment) {
    return new RunContext(
        manifest,
        project.macros(),
        session,
        new RunSetting(
            setting.flags(),
            project.setting().invocationId(),
            project.setting().startedAt(),
            environment,
            List.copyOf(setting.selected()),
            setting.deferred(),
            setting.sample(),
            warned,
            log));
  }
}
