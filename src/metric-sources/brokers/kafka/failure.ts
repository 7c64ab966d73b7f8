// metric-sources: what Kafka refuses, in words that say what to do (https://kafka.apache.org/protocol#protocol_error_codes).

/** An error in an answer, by Kafka's own code. */
export class KafkaRefusal extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`error ${code} of Kafka`);
    this.code = code;
  }
}

const LEADS = 'its brokers are choosing who leads; it comes back by itself';
const COORDINATES = 'the broker that keeps the offsets of the group is not ready; it comes back by itself';

const WORDS: Readonly<Record<number, string>> = {
  3: 'there is no such topic, or the user may not see it; check topic',
  5: LEADS,
  6: LEADS,
  7: 'the broker waited in vain for others; it comes back by itself',
  14: COORDINATES,
  15: COORDINATES,
  16: COORDINATES,
  17: 'topic is not the name of one',
  24: 'group is not the name of one',
  29: 'the user has no right to read the topic; allow it Describe on the topic',
  30: 'the user has no right to read the group; allow it Describe on the group',
  31: 'the user has no right to ask; allow it Describe on topic and group',
  34: 'the broker wants credentials; check auth',
  35: 'the broker is too old or too new: it does not take this question',
  56: 'the broker cannot read its disk',
  58: 'the credentials were refused; check auth',
  69: 'there is no such group',
};

/** Answers after which other brokers may lead. */
export const MOVED: readonly number[] = [3, 5, 6, 14, 15, 16];

export function refusalWords({ code }: KafkaRefusal): string {
  return WORDS[code] ?? `Kafka refused it (error ${code})`;
}
