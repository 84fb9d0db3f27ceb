/** Files that dbt's tools read: manifest.json, run_results.json, catalog.json, the SQL that ran. */
@NullMarked
package dev.millrace.dbt.artifact;

import org.jspecify.annotations.NullMarked;
