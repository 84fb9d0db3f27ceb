/** The events of the Nexmark benchmark: an auction site's people, auctions and bids. */
@org.jspecify.annotations.NullMarked
package dev.millrace.testing.nexmark;
