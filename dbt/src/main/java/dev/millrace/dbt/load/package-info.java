/**
 * Reading a dbt project: its files, its packages and its profile become a {@link
 * dev.millrace.dbt.manifest.Manifest}.
 */
@NullMarked
package dev.millrace.dbt.load;

import org.jspecify.annotations.NullMarked;
