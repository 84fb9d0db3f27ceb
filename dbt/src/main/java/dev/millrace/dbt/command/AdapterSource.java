package dev.millrace.dbt.command;

import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.manifest.Manifest;

/** Gives the engine of a project once it is known. */
public interface AdapterSource {
  /**
   * The engine; whoever made this closes it.
   *
   * @throws dev.millrace.api.error.StopException if it is not to be had
   */
  Adapter open(Manifest manifest);
}
