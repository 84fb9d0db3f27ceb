package dev.millrace.connect.generator;

/**
 * How many actors sign up: so many on the first day, and a share more on each day than on the one
 * before.
 *
 * @param perDay on the first day; 0 if none do
 * @param growth from day to day; negative if they become fewer
 */
record SignUps(double perDay, double growth) {
  private static final double DAY = 86_400e6;

  /**
   * When one signs up, in microseconds of busy time after the run's begin.
   *
   * @param number from 0, with a fraction
   * @return negative if so many never do
   */
  double time(double number) {
    if (perDay == 0) {
      return -1;
    }
    if (growth == 0) {
      return number / perDay * DAY;
    }
    // The integral of perDay * (1 + growth)^day, solved for the day.
    double rate = StrictMath.log1p(growth);
    double reached = number * rate / perDay;
    return reached <= -1 ? -1 : StrictMath.log1p(reached) / rate * DAY;
  }
}
