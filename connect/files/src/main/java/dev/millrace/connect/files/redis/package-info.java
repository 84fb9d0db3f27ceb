/** The ledger in Redis. */
@NullMarked
package dev.millrace.connect.files.redis;

import org.jspecify.annotations.NullMarked;
