package dev.millrace.connect.files;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong between a source and its files. */
public enum FilesError implements ErrorCode {
  /** The address of the server is none. */
  FILES_URL(Blame.USER),
  /** The server cannot be reached, does not answer in time, or breaks the connection. */
  FILES_AWAY(Blame.EXTERNAL),
  /** The server refuses the user, the password or the key. */
  FILES_LOGIN(Blame.USER),
  /** The server's key or certificate is unknown, or is not the one it had before. */
  FILES_HOST_KEY(Blame.USER),
  /** A key file cannot be read, or its passphrase is wrong. */
  FILES_PRIVATE_KEY(Blame.USER),
  /** The folder to read does not exist, or may not be read. */
  FILES_FOLDER(Blame.USER),
  /** There is no room for what has to be on this machine's disk while it is read. */
  FILES_SPOOL(Blame.EXTERNAL),
  /** Options of the source do not fit together. */
  FILES_OPTIONS(Blame.USER),
  /** The ledger was written for another folder, or tells files apart by something else. */
  FILES_OTHER_LEDGER(Blame.USER),
  /** The ledger holds what this version does not understand. */
  FILES_LEDGER(Blame.INTERNAL),
  /**
   * The Redis server cannot be reached, does not answer in time, or cannot do what it is told now.
   */
  REDIS_AWAY(Blame.EXTERNAL),
  /** The Redis server refuses the user, the password, or a command to the user. */
  REDIS_LOGIN(Blame.USER),
  /** The address of the Redis server is none. */
  REDIS_URL(Blame.USER),
  /** The ledger in Redis is no hash, or the server is none that can hold it. */
  REDIS_LEDGER(Blame.USER),
  /** The ledger in Redis is not as it was left. */
  REDIS_CHANGED(Blame.EXTERNAL);

  private final Blame blame;

  FilesError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
