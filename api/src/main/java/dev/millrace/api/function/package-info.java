/** Functions of users in Java, for the SQL of streams, models and dashboards. */
@NullMarked
package dev.millrace.api.function;

import org.jspecify.annotations.NullMarked;
