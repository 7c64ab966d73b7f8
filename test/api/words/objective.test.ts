import { describe, expect, it } from 'vitest';
import { objectiveText } from '../../../src/api/words/objective.ts';

const day = { withinTarget: '99%', per: '24h', budgetSeconds: 864 };

describe('an objective in words', () => {
  it.each([
    {
      name: 'says what is spent and what is left',
      objective: { ...day, knownSeconds: 86_400, aboveSeconds: 432 },
      text: '99% within target per 24h: 50 % of the 14 min that may be missed is spent, 7 min left',
    },
    {
      name: 'says how much of the window is known',
      objective: { ...day, knownSeconds: 7_200, aboveSeconds: 0 },
      text: '99% within target per 24h (2 h of it known): 0 % of the 14 min that may be missed is spent, 14 min left',
    },
    {
      name: 'says by how much it is overspent',
      objective: { ...day, knownSeconds: 86_400, aboveSeconds: 964 },
      text: '99% within target per 24h: 112 % of the 14 min that may be missed is spent, overspent by 100 s',
    },
  ])('$name', ({ objective, text }) => {
    expect(objectiveText(objective)).toBe(text);
  });
});
