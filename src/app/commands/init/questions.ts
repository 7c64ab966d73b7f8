// app: `init`: the four questions, and what is wrong with an answer.

import { isDuration } from '../../../api/duration.ts';
import { closest } from '../../../api/words/suggest.ts';
import { QUEUE_KINDS, type Queue, queueOf } from './queues.ts';

export interface Answers {
  /** Marathon ids, most important first. */
  readonly apps: readonly string[];
  readonly queue: Queue;
  /** `queueLength: 50` or `drainTime: 30s`. */
  readonly target: Readonly<Record<string, number | string>>;
  readonly slots: number;
}

/** A Marathon that was asked for what runs there. */
export interface Running {
  readonly url: string;
  /** How many instances each app has, by its id. */
  readonly instances: ReadonlyMap<string, number>;
}

export interface Question<T> {
  readonly text: string;
  /** Taken where the answer is empty. */
  readonly fallback?: string;
  /** The value of an answer; a sentence about what is wrong with it otherwise. */
  readonly read: (answer: string) => { readonly value: T } | { readonly wrong: string };
}

/** More names than this are no help. */
const MOST_SHOWN = 12;

export function appsQuestion(running: Running | undefined): Question<readonly string[]> {
  const ids = [...(running?.instances.keys() ?? [])];
  const more = ids.length - MOST_SHOWN;
  const shown = `${ids.slice(0, MOST_SHOWN).join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
  const there = running === undefined ? '' : ` At ${running.url} run: ${shown || 'none'}.`;
  return {
    text:
      'Which Marathon apps share the machines, most important first? The first one empties a queue, the others are ' +
      `background work that takes what is left.${there}`,
    read: (answer) => {
      const apps = answer.split(/[\s,]+/).filter(Boolean);
      if (apps.length === 0) return { wrong: 'name at least one, such as /shop/worker' };
      if (new Set(apps).size < apps.length) return { wrong: 'each app once' };
      const wrong = apps.map((app) => wrongApp(app, running)).find((each) => each !== undefined);
      return wrong === undefined ? { value: apps } : { wrong };
    },
  };
}

function wrongApp(id: string, running: Running | undefined): string | undefined {
  if (!/^(\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?)+$/.test(id))
    return `'${id}' is no Marathon id: those begin with a slash, such as /shop/worker`;
  if (running === undefined || running.instances.has(id)) return undefined;
  const near = closest(id, [...running.instances.keys()]);
  return `there is no app ${id} at ${running.url}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

export function queueQuestion(app: string): Question<Queue> {
  return {
    text: `Which queue does ${app} empty? ${QUEUE_KINDS.map(({ kind, word }) => `${kind} ${word}`).join(', ')}`,
    read: (answer) => {
      const queue = queueOf(answer);
      return typeof queue === 'string' ? { wrong: queue } : { value: queue };
    },
  };
}

export const TARGET_QUESTION: Question<Answers['target']> = {
  text: 'How many messages may wait there (50), or how soon is all of it to be worked off (30s)?',
  fallback: '50',
  read: (answer) => {
    if (/^[1-9]\d*$/.test(answer)) return { value: { queueLength: Number(answer) } };
    if (!isDuration(answer))
      return { wrong: `'${answer}' is neither a number such as 50 nor a time such as 30s` };
    return { value: { drainTime: answer } };
  },
};

export function slotsQuestion(apps: readonly string[], running: Running | undefined): Question<number> {
  const now = apps.reduce((total, app) => total + (running?.instances.get(app) ?? 0), 0);
  const have = running === undefined ? '' : ` They have ${now} now.`;
  return {
    text: `How many instances may run of all of them together?${have}`,
    fallback: String(Math.max(apps.length, now || 10)),
    read: (answer) => {
      if (!/^[1-9]\d*$/.test(answer)) return { wrong: `'${answer}' is no count such as 10` };
      const slots = Number(answer);
      return slots < apps.length ? { wrong: `each of the ${apps.length} apps keeps one` } : { value: slots };
    },
  };
}
