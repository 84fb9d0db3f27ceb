package dev.millrace.formats.registry;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong between Millrace and a schema registry. */
public enum RegistryError implements ErrorCode {
  /** It does not answer, or not yet. */
  REGISTRY_UNREACHABLE(Blame.EXTERNAL),
  /** It refuses the credentials. */
  REGISTRY_ACCESS_DENIED(Blame.USER),
  /** It answers otherwise than a registry does. */
  REGISTRY_FAILED(Blame.EXTERNAL),
  /** It refuses a schema, such as one that its rules do not allow behind those that it has. */
  REGISTRY_SCHEMA_REFUSED(Blame.USER);

  private final Blame blame;

  RegistryError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
