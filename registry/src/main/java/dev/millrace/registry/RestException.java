package dev.millrace.registry;

/** What a client is answered if its request cannot be carried out, with Confluent's codes. */
final class RestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final int code;

  private RestException(int status, int code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The HTTP status. */
  int status() {
    return status;
  }

  /** {@code error_code} of the answer. */
  int code() {
    return code;
  }

  /** Of a code, whose first digits are the HTTP status. */
  static RestException of(int code, String message) {
    return new RestException(code >= 1000 ? code / 100 : code, code, message);
  }

  static RestException noSubject(String subject) {
    return of(40401, "Subject '" + subject + "' not found.");
  }

  static RestException noVersion(int version) {
    return of(40402, "Version " + version + " not found.");
  }

  static RestException noSchema() {
    return of(40403, "Schema not found");
  }

  static RestException noSchema(int id) {
    return of(40403, "Schema " + id + " not found");
  }

  static RestException badVersion(String version) {
    return of(
        42202,
        "The specified version '"
            + version
            + "' is not a valid version id. Allowed values are between [1, 2^31-1] and the string"
            + " \"latest\"");
  }
}
