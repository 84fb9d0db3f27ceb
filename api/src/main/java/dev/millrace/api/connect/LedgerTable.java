package dev.millrace.api.connect;

import dev.millrace.api.type.Schema;

/**
 * How people see the ledgers of a connector's sources: as one table of schema {@code system}, which
 * follows them within a second or two.
 *
 * @param name the table's, such as {@code files}
 * @param columns in order. Each is the field of its name in the JSON objects that a ledger's values
 *     then are, and null where that is missing or of another type; an entry without the first one
 *     is not in the table. Before them stands the column {@code source}, behind them the column
 *     {@code key}
 */
public record LedgerTable(String name, Schema columns) {}
