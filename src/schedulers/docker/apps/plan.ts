// schedulers/docker: what is to be done next for one app. Pure: what was asked for × the containers that are there.

export type UnitPhase =
  /** Created or ended, and nobody is about to start it. */
  | 'waiting'
  | 'starting'
  | 'running'
  /** Told to stop, or being removed. */
  | 'stopping';

/** One container of the app. */
export interface Unit {
  readonly id: string;
  readonly phase: UnitPhase;
  readonly generation: number;
  readonly createdAtMs: number;
  /** Runs, and is healthy where it has a health check. */
  readonly ready: boolean;
  /** Goes because its definition is an old one: its slot is for one of the new. */
  readonly replaced?: boolean;
  /** Created, and never started. */
  readonly fresh?: boolean;
}

export interface PlanInput {
  readonly requested: number;
  readonly generation: number;
  readonly units: readonly Unit[];
  /** Containers of the present generation that are about to be created. */
  readonly creating: number;
  /** So many more may be asked for any moment: containers for them are to be there, and not to run. */
  readonly prepared?: number;
  /** Such containers that are about to be created. */
  readonly preparing?: number;
  /** After failures nothing is launched for a while. */
  readonly backingOff: boolean;
  /** Those that said that they are idle; they go first. */
  readonly idle: ReadonlySet<string>;
}

export interface Steps {
  /** To be created and started. */
  readonly create: number;
  /** To be created only. */
  readonly prepare: number;
  /** Ids of containers of the present generation that exist and do not run. */
  readonly start: readonly string[];
  readonly stop: readonly { readonly id: string; readonly replaced: boolean }[];
}

/**
 * | what is there                                   | what is done                                              |
 * |-------------------------------------------------|-----------------------------------------------------------|
 * | more than asked for                             | those go that do not run, then those of old definitions,  |
 * |                                                 | then the idle, then the youngest                          |
 * | some of an old definition that do not run       | they go at once                                           |
 * | some of an old definition that run              | one goes when all others are ready, so that a definition  |
 * |                                                 | that does not work stops one instance and no more         |
 * | fewer than asked for                            | those that ended are started, the rest created, unless    |
 * |                                                 | the app backs off                                         |
 * | more may be asked for any moment                | as many are created and not started; they hold no slot,   |
 * |                                                 | and go when they are not needed after all                 |
 *
 * A container that goes because it is replaced holds its slot until it is gone: there are never more at once than were
 * asked for. One that goes because fewer are asked for holds it, too, but that is for whoever asks for more to know.
 */
export function planSteps(input: PlanInput): Steps {
  const { requested, generation, units, creating, prepared = 0, preparing = 0, backingOff } = input;
  const spares = sparesOf(input);
  const present = units.filter((unit) => unit.phase !== 'stopping' && !spares.includes(unit));
  const surplus = Math.max(0, present.length + creating - requested);
  const victims = expendableFirst(present, input).slice(0, surplus);
  const staying = present.filter((unit) => !victims.includes(unit));
  const replaced = replacedNow(staying, input);
  const kept = staying.filter((unit) => !replaced.includes(unit));
  const missing = Math.max(0, requested - kept.length - creating - leavingSlots(units) - replaced.length);
  const waiting = kept.filter((unit) => unit.phase === 'waiting' && unit.generation === generation);
  return {
    create: backingOff ? 0 : Math.max(0, missing - preparing),
    prepare: backingOff ? 0 : Math.max(0, prepared - spares.length - Math.max(0, preparing - missing)),
    start: backingOff ? [] : waiting.map(({ id }) => id),
    stop: [
      ...victims.map(({ id }) => ({ id, replaced: false })),
      ...replaced.map(({ id }) => ({ id, replaced: true })),
    ],
  };
}

/** What is there for more than is asked for now; the oldest serve what is asked for. */
function sparesOf(input: PlanInput): readonly Unit[] {
  const { requested, generation, units, creating, prepared = 0 } = input;
  const fresh = units.filter((unit) => isFresh(unit) && unit.generation === generation);
  const others = units.filter((unit) => unit.phase !== 'stopping' && !fresh.includes(unit)).length;
  const used = Math.max(0, requested - others - creating - leavingSlots(units));
  return fresh
    .toSorted((a, b) => a.createdAtMs - b.createdAtMs || a.id.localeCompare(b.id))
    .slice(used, used + prepared);
}

function isFresh({ phase, fresh }: Unit): boolean {
  return phase === 'waiting' && fresh === true;
}

/** Of those that go to make place for one of the new definition. */
function leavingSlots(units: readonly Unit[]): number {
  return units.filter(({ phase, replaced }) => phase === 'stopping' && replaced === true).length;
}

/** Whether all that was asked for is there, of the present definition, and nothing else. */
export function isRolledOut({ units, generation }: Pick<PlanInput, 'units' | 'generation'>): boolean {
  return units.every((unit) => unit.generation === generation);
}

function replacedNow(
  staying: readonly Unit[],
  { units, generation, requested, creating, backingOff }: PlanInput,
): readonly Unit[] {
  const old = staying.filter((unit) => unit.generation !== generation);
  const idleSlots = old.filter(({ phase }) => phase === 'waiting');
  if (idleSlots.length > 0) return idleSlots;
  const moving =
    creating > 0 || backingOff || units.some((unit) => unit.phase === 'stopping' && unit.replaced === true);
  const complete = staying.length >= requested && staying.every(({ ready }) => ready);
  if (moving || !complete) return [];
  return old.toSorted((a, b) => a.createdAtMs - b.createdAtMs || a.id.localeCompare(b.id)).slice(0, 1);
}

const EXPENDABLE: Readonly<Record<UnitPhase, number>> = { waiting: 0, starting: 1, running: 2, stopping: 3 };

function expendableFirst(
  units: readonly Unit[],
  { generation, idle }: Pick<PlanInput, 'generation' | 'idle'>,
): readonly Unit[] {
  const isOld = (unit: Unit): number => Number(unit.generation !== generation);
  const isIdle = (unit: Unit): number => Number(idle.has(unit.id));
  return units.toSorted(
    (a, b) =>
      EXPENDABLE[a.phase] - EXPENDABLE[b.phase] ||
      isOld(b) - isOld(a) ||
      isIdle(b) - isIdle(a) ||
      b.createdAtMs - a.createdAtMs ||
      a.id.localeCompare(b.id),
  );
}
