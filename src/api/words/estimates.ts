// api: what the laws have learned, in words: each figure with how far off it may be, or with how much it was learned from.

import { brief, giveOrTake, withRange } from './figures.ts';

type Figures = Readonly<Record<string, number>>;

/** `arrivals 19 ± 3/s, …, dead time 2.1 s, 90 % within 4 s (16 launches)`, of a few `slowest 4 s (3 launches)`; undefined where nothing was estimated. */
export function estimatesText(figures: Figures): string | undefined {
  const parts = [
    rateText(figures, 'arrivalsPerS', (rate) => `arrivals ${rate}/s`),
    rateText(figures, 'servicePerS', (rate) => `service ${rate}/s per instance`),
    predictedText(figures),
    deadTimeText(figures),
  ].filter((text) => text !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** What is known to nobody knows how far is left out. */
function rateText(figures: Figures, name: string, words: (value: string) => string): string | undefined {
  const [value, margin] = [figures[name], figures[`${name}Margin`]];
  return value === undefined || margin === undefined ? undefined : words(giveOrTake(value, margin));
}

function predictedText({ predicted, predictedMargin }: Figures): string | undefined {
  if (predicted === undefined || predictedMargin === undefined) return undefined;
  return `${withRange(predicted, predictedMargin)} waiting once what was asked for serves`;
}

/** From asking for an instance until it serves. */
function deadTimeText(figures: Figures): string | undefined {
  const { deadTimeS, deadTime90S, launches } = figures;
  if (deadTimeS === undefined || launches === undefined) return undefined;
  if (deadTime90S === undefined) return `dead time ${brief(deadTimeS)} s (assumed, no launch seen yet)`;
  const warmUp = rateText(figures, 'warmUpS', (s) => `, ${s} s of it from running to the first message`);
  if (launches === 1) return `dead time ${brief(deadTimeS)} s (1 launch${warmUp ?? ''})`;
  // What nine in ten of fewer than ten did not exceed is what the slowest took.
  const most = launches < 10 ? 'slowest' : '90 % within';
  return `dead time ${brief(deadTimeS)} s, ${most} ${brief(deadTime90S)} s (${launches} launches${warmUp ?? ''})`;
}
