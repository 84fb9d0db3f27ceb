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
    return states[slot] <= 0 ? Optional.empty() : Optional.of(STATES[states[slot] - 1]);
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
    // A forgotten key keeps its slot, so that others are still found behind it.
    states[slot] = (byte) (state == null ? -1 : state.ordinal() + 1);
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
      if (oldStates[i] > 0) {
        int slot = slot(oldHashes[i * 2], oldHashes[i * 2 + 1]);
        hashes[slot * 2] = oldHashes[i * 2];
        hashes[slot * 2 + 1] = oldHashes[i * 2 + 1];
        states[slot] = oldStates[i];
        used++;
      }
    }
  }
}
