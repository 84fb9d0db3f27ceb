/**
 * Reads files as they land in a local folder or on an SFTP or FTP server, each row exactly once:
 * what was read of which file is a ledger that is committed with the rows.
 */
@NullMarked
package dev.millrace.connect.files;

import org.jspecify.annotations.NullMarked;
