package dev.millrace.server;

import dev.millrace.api.error.Problem;
import org.jspecify.annotations.Nullable;

/** A request that is answered by a problem and a status other than 200. */
final class RefusedRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Problem problem;

  RefusedRequest(int status, Problem problem) {
    super(problem.toString());
    this.status = status;
    this.problem = problem;
  }

  int status() {
    return status;
  }

  Problem problem() {
    return problem;
  }

  static RefusedRequest notFound(String what) {
    return notFound(what, null);
  }

  static RefusedRequest notFound(String what, @Nullable String hint) {
    return new RefusedRequest(
        404, Problem.error(ServerError.NOT_FOUND, null, "there is no " + what, hint));
  }

  static RefusedRequest bad(String message) {
    return new RefusedRequest(400, Problem.error(ServerError.BAD_REQUEST, null, message, null));
  }
}
