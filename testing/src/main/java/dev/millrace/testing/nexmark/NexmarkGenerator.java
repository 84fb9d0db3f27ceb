package dev.millrace.testing.nexmark;

import dev.millrace.testing.nexmark.NexmarkEvent.Kind;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Makes the events of the Nexmark benchmark by its public description (that of Apache Beam and of
 * Flink's Nexmark): of every 50 events 1 is a person, 3 are auctions and 46 are bids; half of the
 * bids are for one hot auction, three quarters come from one hot bidder, and three quarters of the
 * auctions are one hot seller's; the hot ones change with every hundredth auction or person. Ids
 * grow; some bids and auctions name what comes a little later. Prices are spread evenly over six
 * orders of magnitude. A person has some 200 bytes, an auction 500, a bid 100, filled up with
 * letters.
 *
 * <p>The events are those of the seed, whenever and wherever they are made. Not for several
 * threads.
 */
public final class NexmarkGenerator {
  private static final int PEOPLE_OF_50 = 1;
  private static final int AUCTIONS_OF_50 = 3;
  private static final int EPOCH = 50;

  /** A prime, so that the events of a group come in another order and none of them twice. */
  private static final int STRIDE = 953;

  private static final long FIRST_ID = 1000;
  private static final int FIRST_CATEGORY = 10;
  private static final int CATEGORIES = 5;
  private static final int ACTIVE_PEOPLE = 1000;
  private static final int OPEN_AUCTIONS = 100;
  private static final int AHEAD = 10;
  private static final int HOT_EVERY = 100;
  private static final int HOT_AUCTION_RATIO = 2;
  private static final int HOT_BIDDER_RATIO = 4;
  private static final int HOT_SELLER_RATIO = 4;
  private static final int HOT_CHANNEL_RATIO = 2;
  private static final int CHANNELS = 10_000;

  private static final int PERSON_BYTES = 200;
  private static final int AUCTION_BYTES = 500;
  private static final int BID_BYTES = 100;

  private static final List<String> FIRST_NAMES =
      List.of(
          "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter",
          "Walter");
  private static final List<String> LAST_NAMES =
      List.of(
          "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris");
  private static final List<String> CITIES =
      List.of(
          "Phoenix",
          "Los Angeles",
          "San Francisco",
          "Boise",
          "Portland",
          "Bend",
          "Redmond",
          "Seattle",
          "Kent",
          "Cheyenne");
  private static final List<String> STATES = List.of("AZ", "CA", "ID", "OR", "WA", "WY");
  private static final List<String> HOT_CHANNELS = List.of("Google", "Facebook", "Baidu", "Apple");

  private final SplittableRandom random;
  private final NexmarkText text;
  private final long startMillis;
  private final double eventsPerSecond;
  private final int disorder;
  private final List<String> hotUrls;
  private final List<String> urls;
  private long made;

  /**
   * A generator at its first event.
   *
   * @param start the event time of the first event
   * @param eventsPerSecond of event time
   * @param disorder events are shuffled within groups of so many, fewer than 953; 1 leaves them in
   *     order
   */
  public NexmarkGenerator(long seed, Instant start, double eventsPerSecond, int disorder) {
    if (disorder < 1 || disorder >= STRIDE) {
      throw new IllegalArgumentException("disorder is 1 to " + (STRIDE - 1) + ", not " + disorder);
    }
    this.random = new SplittableRandom(seed);
    this.text = new NexmarkText(random);
    this.startMillis = start.toEpochMilli();
    this.eventsPerSecond = eventsPerSecond;
    this.disorder = disorder;
    this.hotUrls = HOT_CHANNELS.stream().map(channel -> text.url()).toList();
    this.urls =
        IntStream.range(0, CHANNELS)
            .mapToObj(
                i ->
                    random.nextInt(10) == 0
                        ? text.url()
                        : text.url() + "&channel_id=" + Math.abs(Integer.reverse(i)))
            .toList();
  }

  /** The next event; there is no end. */
  public NexmarkEvent next() {
    long group = made / disorder * disorder;
    long number = group + made * STRIDE % disorder;
    made++;
    long millis = millis(number);
    int place = (int) (number % EPOCH);
    if (place < PEOPLE_OF_50) {
      return new NexmarkEvent(Kind.PERSON, millis, person(number, millis));
    } else if (place < PEOPLE_OF_50 + AUCTIONS_OF_50) {
      return new NexmarkEvent(Kind.AUCTION, millis, auction(number, millis));
    }
    return new NexmarkEvent(Kind.BID, millis, bid(number, millis));
  }

  private long millis(long number) {
    return startMillis + (long) (number * 1000 / eventsPerSecond);
  }

  private String person(long number, long millis) {
    String name = one(FIRST_NAMES) + " " + one(LAST_NAMES);
    String email = text.words(7, ' ') + "@" + text.words(5, ' ') + ".com";
    String card = text.digits() + " " + text.digits() + " " + text.digits() + " " + text.digits();
    String city = one(CITIES);
    String state = one(STATES);
    int size = 8 + name.length() + email.length() + card.length() + city.length() + state.length();
    return new JsonLine()
        .add("id", FIRST_ID + lastPerson(number))
        .add("name", name)
        .add("emailAddress", email)
        .add("creditCard", card)
        .add("city", city)
        .add("state", state)
        .addTime("dateTime", millis)
        .add("extra", text.filler(size, PERSON_BYTES))
        .end();
  }

  private String auction(long number, long millis) {
    long seller =
        random.nextInt(HOT_SELLER_RATIO) > 0
            ? lastPerson(number) / HOT_EVERY * HOT_EVERY
            : anyPerson(number);
    int category = FIRST_CATEGORY + random.nextInt(CATEGORIES);
    long initialBid = price();
    long reserve = initialBid + price();
    String itemName = text.words(20, ' ');
    String description = text.words(100, ' ');
    int size = 48 + itemName.length() + description.length();
    return new JsonLine()
        .add("id", FIRST_ID + lastAuction(number))
        .add("itemName", itemName)
        .add("description", description)
        .add("initialBid", initialBid)
        .add("reserve", reserve)
        .addTime("dateTime", millis)
        .addTime("expires", millis + length(number, millis))
        .add("seller", FIRST_ID + seller)
        .add("category", category)
        .add("extra", text.filler(size, AUCTION_BYTES))
        .end();
  }

  /** An auction is open, on average, until as many others as are open at a time have begun. */
  private long length(long number, long millis) {
    long horizon = millis(number + (long) OPEN_AUCTIONS * EPOCH / AUCTIONS_OF_50) - millis;
    return 1 + random.nextLong(Math.max(2 * horizon, 1));
  }

  private String bid(long number, long millis) {
    long auction =
        random.nextInt(HOT_AUCTION_RATIO) > 0
            ? lastAuction(number) / HOT_EVERY * HOT_EVERY
            : anyAuction(number);
    // The one after the hot seller, so that they do not bid for their own.
    long bidder =
        random.nextInt(HOT_BIDDER_RATIO) > 0
            ? lastPerson(number) / HOT_EVERY * HOT_EVERY + 1
            : anyPerson(number);
    String channel;
    String url;
    if (random.nextInt(HOT_CHANNEL_RATIO) > 0) {
      int i = random.nextInt(HOT_CHANNELS.size());
      channel = HOT_CHANNELS.get(i);
      url = hotUrls.get(i);
    } else {
      int i = random.nextInt(CHANNELS);
      channel = "channel-" + i;
      url = urls.get(i);
    }
    return new JsonLine()
        .add("auction", FIRST_ID + auction)
        .add("bidder", FIRST_ID + bidder)
        .add("price", price())
        .add("channel", channel)
        .add("url", url)
        .addTime("dateTime", millis)
        .add("extra", text.filler(32, BID_BYTES))
        .end();
  }

  /** The newest person at an event, counted from 0. */
  private static long lastPerson(long number) {
    return number / EPOCH * PEOPLE_OF_50 + Math.min(number % EPOCH, PEOPLE_OF_50 - 1);
  }

  /** The newest auction at an event, counted from 0; before the first, one before that. */
  private static long lastAuction(long number) {
    long place = number % EPOCH - PEOPLE_OF_50;
    return number / EPOCH * AUCTIONS_OF_50 + Math.min(place, AUCTIONS_OF_50 - 1);
  }

  private long anyPerson(long number) {
    long people = lastPerson(number) + 1;
    long active = Math.min(people, ACTIVE_PEOPLE);
    return people - active + random.nextLong(active + AHEAD);
  }

  private long anyAuction(long number) {
    long newest = lastAuction(number);
    long oldest = Math.max(newest - OPEN_AUCTIONS, 0);
    return oldest + random.nextLong(newest - oldest + 1 + AHEAD);
  }

  private long price() {
    return Math.round(Math.pow(10, random.nextDouble() * 6) * 100);
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
