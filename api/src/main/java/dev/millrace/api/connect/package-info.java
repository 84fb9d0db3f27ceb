/** The service provider interface of connectors: where events come from and where results go. */
@NullMarked
package dev.millrace.api.connect;

import org.jspecify.annotations.NullMarked;
