/** The gate that lets users' SQL read the store and do nothing else. */
@NullMarked
package dev.millrace.sql.gate;

import org.jspecify.annotations.NullMarked;
