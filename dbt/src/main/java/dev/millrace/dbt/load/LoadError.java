package dev.millrace.dbt.load;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can be wrong with the files of a dbt project. */
public enum LoadError implements ErrorCode {
  /** A package that cannot be installed. */
  PACKAGE_NOT_INSTALLED,
  /** A profile or a target that profiles.yml does not have. */
  UNKNOWN_PROFILE,
  /** A property file says something of a resource that is not there. */
  UNKNOWN_RESOURCE,
  /** A reference that fits several resources. */
  AMBIGUOUS_REFERENCE,
  /** A reference to a resource that is disabled. */
  DISABLED_REFERENCE,
  /** A reference to a model that may not be read from here. */
  PRIVATE_REFERENCE,
  /** Two resources have one relation. */
  DUPLICATE_RELATION,
  /** A test that is no test. */
  BAD_TEST,
  /** Documentation that is not there. */
  UNKNOWN_DOCS;

  @Override
  public Blame blame() {
    return Blame.USER;
  }
}
