/**
 * The vocabulary that every part of Millrace shares: problems and exceptions ({@code error}), data
 * types and batches ({@code type}), option declarations ({@code option}), the service provider
 * interface of sources and sinks ({@code connect}) and the named points at which tests break the
 * process ({@code fault}). It depends on nothing but the JDK.
 */
@NullMarked
package dev.millrace.api;

import org.jspecify.annotations.NullMarked;
