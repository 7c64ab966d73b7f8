// server: questions to the record, and their answers as JSON: from whichever thread they are answered.

import { type HistoryQuestion, historyOf } from '../../recorder/read/history.ts';
import type { RecordReader } from '../../recorder/read/record-reader.ts';
import { type PastQuestion, pastPage } from '../page/past-view.ts';
import { type EventsQuestion, pastEvents, pastPolicies, pastPolicy } from './past.ts';

/** Plain data. */
export type LookBackQuestion =
  /** `mayBeEmpty`: nothing is an answer, too. */
  | ({ readonly kind: 'history'; readonly mayBeEmpty: boolean } & HistoryQuestion)
  | { readonly kind: 'policy'; readonly policy: string; readonly atMs: number }
  | { readonly kind: 'policies'; readonly atMs: number }
  | ({ readonly kind: 'events' } & EventsQuestion)
  | ({ readonly kind: 'page' } & PastQuestion);

export interface LookBack {
  /**
   * @returns JSON; undefined where nothing is known
   * @throws TerminalError with a sentence where it takes more memory than there is
   */
  ask(question: LookBackQuestion, signal: AbortSignal): Promise<string | undefined>;
}

/** Answers in this thread. */
export function lookBackIn(reader: RecordReader): LookBack {
  return {
    async ask(question, signal) {
      const answer = await answerOf(reader, question, signal);
      return answer && JSON.stringify(answer);
    },
  };
}

async function answerOf(
  reader: RecordReader,
  question: LookBackQuestion,
  signal: AbortSignal,
): Promise<object | undefined> {
  switch (question.kind) {
    case 'history': {
      const history = await historyOf(reader, question, signal);
      return history.apps.length > 0 || question.mayBeEmpty ? history : undefined;
    }
    case 'policy':
      return await pastPolicy(reader, question, signal);
    case 'policies':
      return await pastPolicies(reader, question.atMs, signal);
    case 'events':
      return await pastEvents(reader, question, signal);
    case 'page':
      return await pastPage(reader, question, signal);
    default:
      return question satisfies never;
  }
}
