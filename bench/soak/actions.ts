// bench: what a soak does to the demo: a function of the seed, so that a run can be repeated.

import { seededAt } from '../../src/runtime/random.ts';

/** The policy's numbers that an edit changes. */
export interface Edit {
  readonly queueLength: number;
  readonly slots: number;
}

export type Action =
  | { readonly kind: 'edit'; readonly edit: Edit }
  /** A document that is refused: what ran before goes on. */
  | { readonly kind: 'bad edit' }
  | {
      readonly kind: 'override';
      readonly app: 'consumer' | 'remainder';
      readonly instances: number;
      readonly forS: number;
    }
  | { readonly kind: 'pause'; readonly forS: number }
  /** Settings of the embedded Marathon's `/admin/faults`. */
  | { readonly kind: 'fault'; readonly name: string; readonly settings: object };

const UNHARMED = { delayMs: 0, silentStreams: false, next: [] } as const;

const FAULTS: readonly { readonly name: string; readonly settings: object }[] = [
  { name: 'none', settings: UNHARMED },
  { name: 'slow answers', settings: { ...UNHARMED, delayMs: 300 } },
  { name: 'writes refused', settings: { ...UNHARMED, next: [{ status: 503, times: 5 }] } },
  { name: 'answers lost', settings: { ...UNHARMED, next: [{ hangUp: true, applied: true, times: 2 }] } },
  { name: 'event streams end', settings: { ...UNHARMED, dropStreams: true } },
  { name: 'event streams say nothing', settings: { ...UNHARMED, silentStreams: true } },
];

/** The n-th of a seed: an edit, a fault and an override in turn, each at random. */
export function actionAt(seed: number, n: number): Action {
  const draw = (place: number): number => seededAt(seed, 8 * n + place);
  const whole = (place: number, min: number, max: number): number =>
    min + Math.floor(draw(place) * (max - min + 1));
  const rare = draw(0) < 0.2;
  switch (n % 3) {
    case 0:
      if (rare) return { kind: 'bad edit' };
      return { kind: 'edit', edit: { queueLength: whole(1, 20, 100), slots: whole(2, 8, 12) } };
    case 1: {
      const { name, settings } = FAULTS[whole(1, 0, FAULTS.length - 1)] ?? {
        name: 'none',
        settings: UNHARMED,
      };
      return { kind: 'fault', name, settings };
    }
    default: {
      if (rare) return { kind: 'pause', forS: whole(1, 2, 6) };
      const app = draw(1) < 0.5 ? 'consumer' : 'remainder';
      return { kind: 'override', app, instances: whole(2, 1, 6), forS: whole(3, 2, 10) };
    }
  }
}

/** The demo's policy with these numbers. */
export function edited(text: string, { queueLength, slots }: Edit): string {
  return text
    .replace(/queueLength: \d+/, `queueLength: ${queueLength}`)
    .replace(/slots: \d+/, `slots: ${slots}`);
}

export const BAD_EDIT = 'apiVersion: microscaling.io/v1alpha1\nkind: MicroscalingPolicy\nspec: { apps: [\n';

export function actionText(action: Action): string {
  switch (action.kind) {
    case 'edit':
      return `edit: queueLength ${action.edit.queueLength}, slots ${action.edit.slots}`;
    case 'bad edit':
      return 'edit: a document that cannot be read';
    case 'override':
      return `override: ${action.app} ${action.instances} for ${action.forS} s`;
    case 'pause':
      return `override: pause for ${action.forS} s`;
    case 'fault':
      return `fault: ${action.name}`;
  }
}
