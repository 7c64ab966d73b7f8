import { describe, expect, it } from 'vitest';
import { estimatesText } from '../../../src/api/words/estimates.ts';

const figures = {
  waiting: 40,
  inFlight: 5,
  arrivalsPerS: 19.4,
  arrivalsPerSMargin: 3.2,
  servicePerS: 5.04,
  servicePerSMargin: 0.41,
  predicted: 62,
  predictedMargin: 31,
  deadTimeS: 2.1,
  deadTime90S: 7,
  launches: 16,
  warmUpS: 0.4,
  warmUpSMargin: 0.15,
  missChance: 0.1,
};

describe('what was learned, in words', () => {
  it('says each figure with how far off it may be, or from how much it was learned', () => {
    expect(estimatesText(figures)).toBe(
      'arrivals 19 ± 3.2/s, service 5 ± 0.4/s per instance, 62 (31 to 93) waiting once what was asked for serves, ' +
        'dead time 2.1 s, 90 % within 7 s (16 launches, 0.4 ± 0.2 s of it from running to the first message)',
    );
  });

  it('says that a dead time is assumed before the first launch, and has one launch in the singular', () => {
    expect(estimatesText({ deadTimeS: 2, launches: 0 })).toBe('dead time 2 s (assumed, no launch seen yet)');
    expect(estimatesText({ deadTimeS: 2, deadTime90S: 2, launches: 1 })).toBe('dead time 2 s (1 launch)');
  });

  it('says of a few launches what the slowest took: nine in ten are not known of them', () => {
    expect(estimatesText({ deadTimeS: 3.5, deadTime90S: 5.3, launches: 5 })).toBe(
      'dead time 3.5 s, slowest 5.3 s (5 launches)',
    );
  });

  it('leaves out what nobody knows the margin of, as records of before it was kept', () => {
    expect(estimatesText({ waiting: 4, arrivalsPerS: 19, servicePerS: 5, predicted: 3 })).toBeUndefined();
    expect(estimatesText({})).toBeUndefined();
    expect(estimatesText({ deadTimeS: 2, deadTime90S: 2, launches: 1, warmUpS: 1 })).not.toContain('of it');
  });
});
