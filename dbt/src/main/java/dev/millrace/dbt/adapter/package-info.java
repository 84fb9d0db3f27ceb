/**
 * What an engine does for dbt's half: run SQL in transactions, and tell what relations there are.
 */
@NullMarked
package dev.millrace.dbt.adapter;

import org.jspecify.annotations.NullMarked;
