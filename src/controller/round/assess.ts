// controller: assess, the second step of a round: where each app of a pool stands before anything is decided.

import type { ConditionReason } from '../../api/conditions.ts';
import type { AppDefinition } from '../../api/policy.ts';
import type { AppObservation } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import type { SchedulerView } from '../../schedulers/scheduler.ts';
import {
  checkForeignScale,
  type ForeignScaleResult,
  NEW_TRACK,
  type Track,
} from '../foreign-scale/foreign-scale.ts';
import type { MemberApp } from '../policies/members.ts';
import { neverSeen } from './places/last-seen.ts';
import { keptStillBy, type Restart, type RestartMemory, restartsIn } from './rolling-restarts.ts';
import type { SurplusMemory } from './surplus.ts';

/** What keeps an app, or a whole policy, from being run as written. */
export interface Trouble {
  readonly reason: Extract<
    ConditionReason,
    'AdoptionRequired' | 'AppMissing' | 'SchedulerUnavailable' | 'TargetRefused'
  >;
  readonly message: string;
}

export interface AppAssessment {
  readonly app: MemberApp;
  /** Absent: the app does not exist. */
  readonly observed?: AppObservation;
  /** `live` is decided and written, `observed` is decided only, `off` is left alone. */
  readonly part: 'live' | 'observed' | 'off';
  readonly trouble?: Trouble;
  /** It does not exist, and the last try to create it as it is written failed for good: why. */
  readonly blocked?: string;
  /** Kept at this count whatever the law says. */
  readonly held?: { readonly instances: number; readonly reason: string };
  /** Whether somebody else changed the count. */
  readonly foreignScale: Pick<ForeignScaleResult, 'situation' | 'foreignChange'>;
  /** A rolling restart, its own or another one of the pool, keeps it as it is. */
  readonly frozen: boolean;
  /** Since when its count could not be lowered, because what is too much only waits. */
  readonly surplusSinceMs?: number;
  /** Its own rolling restart. */
  readonly restart?: Restart;
  /** It exists, was made by somebody else, and is to be taken on. */
  readonly adopt: boolean;
}

export interface Assessed {
  readonly assessments: readonly AppAssessment[];
  /** What to remember of each app's count. */
  readonly tracks: Map<string, Track>;
  /** By deployment id: when a restart was first seen. */
  readonly restarts: ReadonlyMap<string, number>;
}

/** What is remembered from earlier rounds. */
export interface Remembered extends RestartMemory {
  readonly tracks: ReadonlyMap<string, Track>;
  readonly surplus: SurplusMemory;
  /** Apps taken on already. */
  readonly adopted: ReadonlySet<string>;
}

export interface AssessmentInput {
  readonly view: SchedulerView;
  readonly remembered: Remembered;
  readonly nowMs: number;
  /** For the times that people read. */
  readonly wallAheadMs: number;
  /** False where another instance of the operator acts: then every app is `off`. */
  readonly acting: boolean;
}

export function assessApps(apps: readonly MemberApp[], input: AssessmentInput): Assessed {
  const { view, remembered, nowMs, wallAheadMs, acting } = input;
  const strangers = new Set(
    apps.filter((app) => needsAdoption(app, view.apps.get(app.spec.id))).map((app) => app.policy),
  );
  // What is unseen is as it was last seen: it keeps nobody still but itself.
  const ids = apps.flatMap(({ spec }) => (view.unseen?.has(spec.id) ? [] : [spec.id]));
  const restarts = restartsIn(ids, view, { memory: remembered, nowMs });
  const unknown = neverSeen(view)[0];
  const tracks = new Map<string, Track>();
  const assessments = apps.map((app): AppAssessment => {
    const observed = view.apps.get(app.spec.id);
    const unseen = view.unseen?.get(app.spec.id);
    const trouble = unseenTrouble(app, unseen, observed) ?? troubleOf(app, observed);
    const part = !acting || strangers.has(app.policy) ? 'off' : partOf(app, trouble);
    const track = remembered.tracks.get(app.spec.id);
    const scaled = foreignScaleOf(app, { observed, part, track, nowMs, wallAheadMs });
    const kept = scaled?.track ?? (unseen === undefined ? undefined : track);
    if (kept !== undefined) tracks.set(app.spec.id, kept);
    const still = keptStillBy(app.spec.id, restarts);
    const held =
      unknown === undefined
        ? keptCountOf(app, scaled, { observed, restart: still })
        : {
            instances: observed?.requested ?? 0,
            reason: `what ${unknown[0]} holds is not known: ${unknown[1]}`,
          };
    const restart = restarts.get(app.spec.id);
    const surplusSinceMs = remembered.surplus.get(app.spec.id);
    return {
      app,
      part,
      foreignScale: {
        situation: scaled?.situation ?? 'none',
        ...(scaled?.foreignChange && { foreignChange: scaled.foreignChange }),
      },
      frozen: still !== undefined || unknown !== undefined,
      adopt: part === 'live' && isStranger(app, observed) && !remembered.adopted.has(app.spec.id),
      ...(observed && { observed }),
      ...(trouble && { trouble }),
      ...(held && { held }),
      ...(restart && { restart }),
      ...defined({ surplusSinceMs }),
    };
  });
  const since = [...restarts.values()].map(({ deployment, sinceMs }) => [deployment, sinceMs] as const);
  return { assessments, tracks, restarts: new Map(since) };
}

/** Apps as they were last seen, when they cannot be looked at now. */
export function unassessed(
  apps: readonly MemberApp[],
  view: SchedulerView | undefined,
): readonly AppAssessment[] {
  return apps.map((app) => {
    const observed = view?.apps.get(app.spec.id);
    const known = {
      app,
      part: 'off',
      foreignScale: { situation: 'none' },
      frozen: false,
      adopt: false,
    } as const;
    return observed === undefined ? known : { ...known, observed };
  });
}

const present = new WeakMap<
  AppObservation,
  { readonly of: AppDefinition | undefined; readonly definition: AppDefinition }
>();
const NO_DEFINITION: AppDefinition = {};

/**
 * What runs takes what the scheduler says; what is still to be made takes what the policy says. The same object for the
 * same two.
 */
export function presentDefinition({ app, observed }: Pick<AppAssessment, 'app' | 'observed'>): AppDefinition {
  const { app: of } = app.spec;
  if (observed === undefined) return of ?? NO_DEFINITION;
  const known = present.get(observed);
  if (known !== undefined && known.of === of) return known.definition;
  const definition = { ...of, ...observed.definition };
  present.set(observed, { of, definition });
  return definition;
}

/** Made by somebody else: it does not carry the creation label of this policy. */
function isStranger(app: MemberApp, observed: AppObservation | undefined): boolean {
  return observed !== undefined && observed.owner !== app.policy;
}

function needsAdoption(app: MemberApp, observed: AppObservation | undefined): boolean {
  return isStranger(app, observed) && !app.spec.adopt;
}

/** Not looked at: its count stays as it is. */
export function unseenTrouble(
  { spec }: MemberApp,
  unseen: string | undefined,
  observed?: AppObservation,
): Trouble | undefined {
  if (unseen === undefined) return undefined;
  const holds =
    observed === undefined
      ? 'what it holds is not known, so no count of its pool changes'
      : `it keeps the ${observed.requested} that it had, and the rest of its pool goes on`;
  return { reason: 'SchedulerUnavailable', message: `${spec.id} cannot be looked at: ${unseen}; ${holds}` };
}

export function troubleOf(app: MemberApp, observed: AppObservation | undefined): Trouble | undefined {
  const { id, workload } = app.spec;
  if (observed?.refused !== undefined) {
    return { reason: 'TargetRefused', message: `${id} is not scaled: ${observed.refused}` };
  }
  if (observed === undefined && workload !== undefined && workload.definition === undefined) {
    return { reason: 'AppMissing', message: `${id} does not exist: create it, or name another one` };
  }
  if (observed === undefined && app.spec.app === undefined) {
    const message = `${id} does not exist and the policy has no \`app\` to create it from; add a definition or create the app`;
    return { reason: 'AppMissing', message };
  }
  if (!needsAdoption(app, observed)) return undefined;
  const maker = observed?.owner === undefined ? 'somebody else' : `policy ${observed.owner}`;
  const message = `${id} exists and was made by ${maker}; set \`adopt: true\` on it to take it on`;
  return { reason: 'AdoptionRequired', message };
}

function partOf(app: MemberApp, trouble: Trouble | undefined): AppAssessment['part'] {
  if (app.mode === 'Paused' || trouble !== undefined) return 'off';
  return app.mode === 'Observe' ? 'observed' : 'live';
}

/** A foreign scale is looked for only where we write the count. */
function foreignScaleOf(
  app: MemberApp,
  now: {
    readonly observed: AppObservation | undefined;
    readonly part: AppAssessment['part'];
    readonly track: Track | undefined;
    readonly nowMs: number;
    readonly wallAheadMs: number;
  },
): ForeignScaleResult | undefined {
  const { observed, part, track, ...times } = now;
  if (part !== 'live' || app.role === 'fixed' || observed === undefined) return undefined;
  const { manualScale: rule } = app.spec;
  if (app.override === undefined) return checkForeignScale(track ?? NEW_TRACK, { observed, rule, ...times });
  // An override is the newer order: the hold of an earlier foreign scale ends with it, and a later one is reverted.
  const { hold: _ended, ...free } = track ?? NEW_TRACK;
  return checkForeignScale(free, { observed, rule: { ...rule, action: 'Revert' }, ...times });
}

/**
 * A restart freezes every count, for while tasks are replaced one by one, old and new ones share the slots and nobody
 * else may count on them; an app that two fight over is left alone, also by whoever overrides it; otherwise an
 * override goes before any foreign scale.
 */
function keptCountOf(
  { override }: MemberApp,
  scaled: ForeignScaleResult | undefined,
  { observed, restart }: { observed: AppObservation | undefined; restart: Restart | undefined },
): AppAssessment['held'] {
  if (restart !== undefined) {
    const reason = `${restart.app} is being restarted by deployment ${restart.deployment}`;
    return { instances: observed?.requested ?? 0, reason };
  }
  return override === undefined || scaled?.situation === 'conflict' ? scaled?.held : undefined;
}
