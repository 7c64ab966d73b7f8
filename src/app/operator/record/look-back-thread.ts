// app: answers questions to the record in a thread of its own, one after the other or several at once, until it is ended.

import { parentPort, workerData } from 'node:worker_threads';
import { SegmentFolder } from '../../../recorder/files/segment-folder.ts';
import { RecordReader } from '../../../recorder/read/record-reader.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { type LookBackQuestion, lookBackIn } from '../../../server/api/look-back.ts';

export interface LookBackTask {
  /** Of the record. */
  readonly folder: string;
}

/** `question` absent: nobody waits for this answer any more. */
export interface LookBackMessage {
  readonly id: number;
  readonly question?: LookBackQuestion;
}

/** `json` absent: nothing is known. */
export interface LookBackAnswer {
  readonly id: number;
  readonly json?: string;
  readonly failed?: string;
}

const { folder }: LookBackTask = workerData;
const lookBack = lookBackIn(new RecordReader(new SegmentFolder(folder)));
const asked = new Map<number, AbortController>();

parentPort?.on('message', ({ id, question }: LookBackMessage) => {
  if (question === undefined) asked.get(id)?.abort();
  else void answer(id, question).then((said) => parentPort?.postMessage(said));
});

async function answer(id: number, question: LookBackQuestion): Promise<LookBackAnswer> {
  const over = new AbortController();
  asked.set(id, over);
  try {
    const json = await lookBack.ask(question, over.signal);
    return { id, ...(json !== undefined && { json }) };
  } catch (error) {
    return { id, failed: messageOf(error) };
  } finally {
    asked.delete(id);
  }
}
