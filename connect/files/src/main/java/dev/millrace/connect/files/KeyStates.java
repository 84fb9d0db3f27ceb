package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of each of very many keys: 17 bytes a slot, whatever a key's length. Keys are known by
 * 128 bits of their SHA-256.
 */
final class KeyStates {
  private static final FileState[] STATES = FileState.values();

  /** A forgotten key keeps its slot, so that others are still found behind it. */
  private static final int FORGOTTEN = 63;

  private static final int MARK = 64;

  private final MessageDigest digest;
  private long[] hashes = new long[2 << 10];
  private byte[] states = new byte[1 << 10];
  private int used;

  KeyStates() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  Optional<FileState> get(String key) {
    ByteBuffer hash = hash(key);
    int slot = slot(hash.getLong(0), hash.getLong(8));
    int state = states[slot] & FORGOTTEN;
    return state == 0 || state == FORGOTTEN ? Optional.empty() : Optional.of(STATES[state - 1]);
  }

  /** Marks a key that is known; what happens to its state leaves the mark. */
  void mark(String key) {
    ByteBuffer hash = hash(key);
    int slot = slot(hash.getLong(0), hash.getLong(8));
    if (states[slot] != 0) {
      states[slot] |= MARK;
    }
  }

  boolean isMarked(String key) {
    ByteBuffer hash = hash(key);
    return (states[slot(hash.getLong(0), hash.getLong(8))] & MARK) != 0;
  }

  /** Takes all marks away. */
  void unmark() {
    for (int i = 0; i < states.length; i++) {
      states[i] &= FORGOTTEN;
    }
  }

  /**
   * Sets a key's state.
   *
   * @param state null to forget it
   */
  void put(String key, @Nullable FileState state) {
    ByteBuffer hash = hash(key);
    int slot = slot(hash.getLong(0), hash.getLong(8));
    if (states[slot] == 0) {
      if (state == null) {
        return;
      }
      hashes[slot * 2] = hash.getLong(0);
      hashes[slot * 2 + 1] = hash.getLong(8);
      used++;
    }
    states[slot] = (byte) (states[slot] & MARK | (state == null ? FORGOTTEN : state.ordinal() + 1));
    if (used > states.length / 2) {
      grow();
    }
  }

  private ByteBuffer hash(String key) {
    return ByteBuffer.wrap(digest.digest(key.getBytes(UTF_8)));
  }

  private int slot(long high, long low) {
    int slot = (int) high & (states.length - 1);
    while (states[slot] != 0 && (hashes[slot * 2] != high || hashes[slot * 2 + 1] != low)) {
      slot = (slot + 1) & (states.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldHashes = hashes;
    byte[] oldStates = states;
    states = new byte[oldStates.length * 2];
    hashes = new long[states.length * 2];
    used = 0;
    for (int i = 0; i < oldStates.length; i++) {
      int state = oldStates[i] & FORGOTTEN;
      if (state != 0 && state != FORGOTTEN) {
        int slot = slot(oldHashes[i * 2], oldHashes[i * 2 + 1]);
        hashes[slot * 2] = oldHashes[i * 2];
        hashes[slot * 2 + 1] = oldHashes[i * 2 + 1];
        states[slot] = oldStates[i];
        used++;
      }
    }
  }
}
