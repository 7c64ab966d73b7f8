// test support: events as they are recorded: a label, the types of the fields, a few stable values.

export interface RecordedEvent {
  readonly event: string;
  /** Every field with the type of its value; of a list the distinct types of its items. */
  readonly data: unknown;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface SeenEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The name, and for what has states the state. */
export function labelOf(event: RecordedEvent | SeenEvent): string {
  const fields = 'values' in event ? event.values : event.data;
  const state = { instance_changed_event: 'condition', status_update_event: 'taskStatus' }[event.event];
  return state === undefined ? event.event : `${event.event}:${String(fields[state])}`;
}

export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const shapes = new Map(value.map(shapeOf).map((shape) => [JSON.stringify(shape), shape]));
    return [...shapes.values()];
  }
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}

/** The recorded values of an event as it was seen: plans and steps by what they do. */
export function valuesOf(recorded: RecordedEvent, seen: SeenEvent): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.keys(recorded.values).map((key) => {
      const value = seen.data[key];
      if (key === 'currentStep') return [key, actionsOf(value)];
      return [key, key === 'plan' ? planOf(value) : value];
    }),
  );
}

interface Step {
  readonly actions: readonly { readonly action: string; readonly app: string }[];
}

function planOf(plan: unknown): unknown {
  const { id, steps } = plan as { readonly id: string; readonly steps?: readonly Step[] };
  return { id, ...(steps === undefined ? {} : { steps: steps.map(actionsOf) }) };
}

function actionsOf(step: unknown): readonly string[] {
  return (step as Step).actions.map(({ action, app }) => `${action} ${app}`).sort();
}
