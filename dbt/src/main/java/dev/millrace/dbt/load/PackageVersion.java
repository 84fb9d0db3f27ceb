package dev.millrace.dbt.load;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of a package on the hub.
 *
 * @param major first number
 * @param minor second number
 * @param patch third number
 * @param prerelease what follows a hyphen; empty for a release
 * @param text as written
 */
record PackageVersion(int major, int minor, int patch, String prerelease, String text)
    implements Comparable<PackageVersion> {
  private static final Pattern VERSION =
      Pattern.compile("v?(\\d{1,9})\\.(\\d{1,9})\\.(\\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\\+.*)?");
  private static final Pattern CONDITION = Pattern.compile("(>=|<=|>|<|=)?\\s*(\\S+)");

  /** Empty if the text is no version. */
  static Optional<PackageVersion> of(String text) {
    Matcher matcher = VERSION.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new PackageVersion(
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(matcher.group(3)),
            matcher.group(4) == null ? "" : matcher.group(4),
            text.strip()));
  }

  /** A release is later than what comes before it. */
  @Override
  public int compareTo(PackageVersion other) {
    int order = Integer.compare(major, other.major);
    order = order != 0 ? order : Integer.compare(minor, other.minor);
    order = order != 0 ? order : Integer.compare(patch, other.patch);
    if (order != 0 || prerelease.equals(other.prerelease)) {
      return order;
    }
    if (prerelease.isEmpty() || other.prerelease.isEmpty()) {
      return prerelease.isEmpty() ? 1 : -1;
    }
    return prerelease.compareTo(other.prerelease);
  }

  /**
   * The latest version that fits.
   *
   * @param conditions such as {@code >=1.0.0}; a version alone is that very version
   * @param prereleases whether they count though nobody asks for one
   */
  static Optional<PackageVersion> latest(
      Collection<String> versions, List<String> conditions, boolean prereleases) {
    List<String> all = new ArrayList<>();
    conditions.forEach(c -> all.addAll(List.of(c.split(","))));
    return versions.stream()
        .flatMap(v -> of(v).stream())
        .filter(v -> all.stream().allMatch(c -> v.fits(c.strip())))
        .filter(v -> prereleases || v.prerelease.isEmpty() || all.contains(v.text))
        .max(PackageVersion::compareTo);
  }

  private boolean fits(String condition) {
    Matcher matcher = CONDITION.matcher(condition);
    if (!matcher.matches()) {
      return false;
    }
    Optional<PackageVersion> other = of(matcher.group(2));
    if (other.isEmpty()) {
      return false;
    }
    int order = compareTo(other.get());
    String operator = matcher.group(1) == null ? "=" : matcher.group(1);
    return switch (operator) {
      case ">=" -> order >= 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case "<" -> order < 0;
      default -> order == 0;
    };
  }
}
