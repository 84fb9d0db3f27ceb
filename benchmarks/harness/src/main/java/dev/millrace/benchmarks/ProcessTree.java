package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Watches what a process and all that it started hold of memory, from Linux's {@code /proc}, and
 * the processor time that it used.
 */
final class ProcessTree implements AutoCloseable {
  private final ProcessHandle root;
  private final Thread sampler;
  private volatile long peakBytes;
  private volatile long peakRootBytes;
  private volatile double cpuSeconds;
  private volatile boolean closed;

  /** Starts to look at the process, ten times a second. */
  ProcessTree(ProcessHandle root) {
    this.root = root;
    this.sampler = new Thread(this::sample, "memory-" + root.pid());
    sampler.setDaemon(true);
    sampler.start();
  }

  /** The most resident bytes that the whole tree held at once so far. */
  long peakBytes() {
    return peakBytes;
  }

  /** The most resident bytes of the first process alone. */
  long peakRootBytes() {
    return peakRootBytes;
  }

  /** Processor time of the first process so far, of all its threads, up to its last sample. */
  double cpuSeconds() {
    return cpuSeconds;
  }

  /** Forgets the peaks, so that what comes is measured by itself. */
  void reset() {
    peakBytes = 0;
    peakRootBytes = 0;
  }

  private void sample() {
    Set<Long> known = Set.of();
    while (!closed && root.isAlive()) {
      long own = resident(root.pid());
      Set<Long> children;
      try (Stream<ProcessHandle> descendants = root.descendants()) {
        children = descendants.map(ProcessHandle::pid).collect(Collectors.toSet());
      }
      // A child that was forked a moment ago still shares its parent's pages.
      long sum = own;
      for (Long child : children) {
        sum += known.contains(child) ? resident(child) : 0;
      }
      known = children;
      cpuSeconds =
          root.info().totalCpuDuration().map(used -> used.toMillis() / 1e3).orElse(cpuSeconds);
      peakRootBytes = Math.max(peakRootBytes, own);
      peakBytes = Math.max(peakBytes, sum);
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static long resident(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
      return 0;
    } catch (IOException e) {
      // The process has ended between the listing and the reading.
      return 0;
    }
  }

  @Override
  public void close() {
    closed = true;
    sampler.interrupt();
  }
}
