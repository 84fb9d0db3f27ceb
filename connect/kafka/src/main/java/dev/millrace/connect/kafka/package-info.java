/**
 * The sink to topics of Kafka: a batch of changes and the position behind it are one transaction of
 * the cluster.
 */
@NullMarked
package dev.millrace.connect.kafka;

import org.jspecify.annotations.NullMarked;
