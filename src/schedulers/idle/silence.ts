// schedulers: says it when nobody of an app answers whether it is idle: a fall goes on without, and nothing else would show it.

import type { Logger } from '../../runtime/log.ts';
import type { Answers } from './ask.ts';

export class IdleSilence {
  readonly #log: Pick<Logger, 'warn'>;
  /** Apps of which it was said, and nobody has answered since. */
  readonly #silent = new Set<string>();

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log;
  }

  /** To be called with what the instances of the app answered. */
  of(app: string): (answers: Answers) => void {
    return ({ idle, busy }) => {
      if (idle.size + busy.size > 0) {
        this.#silent.delete(app);
      } else if (!this.#silent.has(app)) {
        this.#silent.add(app);
        this.#log.warn(
          'no instance says whether it is idle, so a fall may take one at work; check path and portIndex of behavior.idleVictims, and whether the operator reaches that port',
          { app },
        );
      }
    };
  }
}
