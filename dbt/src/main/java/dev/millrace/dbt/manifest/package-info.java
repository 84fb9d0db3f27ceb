/** What a dbt project consists of once it is read: nodes, macros, docs, and who depends on whom. */
@NullMarked
package dev.millrace.dbt.manifest;

import org.jspecify.annotations.NullMarked;
