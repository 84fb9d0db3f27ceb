package dev.millrace.benchmarks;

import java.util.Map;

/**
 * One run of one system over the preloaded topics.
 *
 * @param seconds from when the pipeline was handed to the started system to its complete result
 * @param wholeSeconds from the start of the process to its complete result
 * @param peakBytes the most resident memory that the process and its children held at once
 * @param cpuSeconds processor time of the process, from its start to its end
 * @param minutes the result
 * @param details further figures for the report, by name
 */
record RunResult(
    double seconds,
    double wholeSeconds,
    long peakBytes,
    double cpuSeconds,
    CampaignMinutes minutes,
    Map<String, String> details) {}
