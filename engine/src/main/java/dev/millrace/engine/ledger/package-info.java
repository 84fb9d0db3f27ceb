/** The ledgers of sources, as tables that people can query. */
@NullMarked
package dev.millrace.engine.ledger;

import org.jspecify.annotations.NullMarked;
