// app: one replay in a thread of its own: takes the question with which it was made, and answers once.

import { parentPort, workerData } from 'node:worker_threads';
import type { ReplayTable } from '../../../api/words/replay-table.ts';
import { SegmentFolder } from '../../../recorder/files/segment-folder.ts';
import { RecordReader } from '../../../recorder/read/record-reader.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import type { ReplayQuestion } from '../../../server/page/replay/replay-routes.ts';
import { replayTable } from '../../../simulator/replay/table.ts';
import { replayCommand } from '../../commands/replay.ts';
import { onePolicyOf } from '../../commands/simulate.ts';
import { loadPolicies } from '../../policies/schema.ts';

export interface ReplayTask extends ReplayQuestion {
  /** Of the record. */
  readonly folder: string;
}

/** `refused`: what is wrong with the question. */
export type ReplayAnswer =
  | { readonly table: ReplayTable }
  | { readonly refused: string }
  | { readonly failed: string };

const TYPED = 'the policy as it stands here';

const task: ReplayTask = workerData;
parentPort?.postMessage(await answer(task));

async function answer({ folder, text, ...question }: ReplayTask): Promise<ReplayAnswer> {
  try {
    const tried = text === undefined ? undefined : onePolicyOf(loadPolicies(text, TYPED), TYPED, 'a replay');
    const record = new RecordReader(new SegmentFolder(folder));
    // Whoever ends it ends the thread.
    const result = await replayCommand({ ...question, tried }, record, new AbortController().signal);
    return { table: replayTable(result) };
  } catch (error) {
    return error instanceof TerminalError ? { refused: error.message } : { failed: messageOf(error) };
  }
}
