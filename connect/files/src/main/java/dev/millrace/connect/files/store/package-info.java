/** Where files are: a local folder, an SFTP server, an FTP server, all seen alike. */
@NullMarked
package dev.millrace.connect.files.store;

import org.jspecify.annotations.NullMarked;
