// recorder: the segments of a record on this machine.

import { basename } from 'node:path';
import type { SegmentStore } from '../read/record-reader.ts';
import type { Piece } from './parts.ts';
import {
  closedPath,
  type SegmentBytes,
  type SegmentFile,
  segmentBytes,
  segmentPieces,
  segmentsIn,
  type WantsPart,
} from './segment-files.ts';

export class SegmentFolder implements SegmentStore {
  readonly #folder: string;
  readonly #flush: () => void;

  /** @param flush puts into its file what is still on its way there; absent: nobody of this process writes */
  constructor(folder: string, flush: () => void = () => undefined) {
    this.#folder = folder;
    this.#flush = flush;
  }

  async list(): Promise<readonly SegmentFile[]> {
    this.#flush();
    return segmentsIn(this.#folder);
  }

  pieces(file: SegmentFile, wants: WantsPart): AsyncIterable<Piece> {
    return segmentPieces(file, wants);
  }

  /** Of one that was compressed since its name was told, as it is now; undefined: there is none. */
  async bytes(name: string): Promise<SegmentBytes | undefined> {
    const names = [name, closedPath(name)];
    const file = (await this.list()).find(({ path }) => names.includes(basename(path)));
    return file && (await segmentBytes(file));
  }
}
