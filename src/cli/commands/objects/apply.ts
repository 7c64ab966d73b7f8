// cli: `microscaling apply -f`: creates or updates, as `kubectl apply` does; all documents hold, or nothing is sent.

import { text as readAll } from 'node:stream/consumers';
import { asWritten } from '../../../api/reading/server-fields.ts';
import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { OptionValues } from '../../../app/options.ts';
import { type PolicyDocument, readPolicyDocuments } from '../../../app/policies/policy-documents.ts';
import { NO_POLICY } from '../../../app/policies/policy-files.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { lookUp } from '../../client/find.ts';
import { pathOf, type Target, targetOfDocument, titleOf } from '../../client/kinds.ts';
import { lastApplied, threeWayPatch, withLastApplied } from '../../client/last-applied.ts';
import {
  MERGE_PATCH,
  type OperatorClient,
  OperatorRefusal,
  operatorOf,
  type Write,
} from '../../client/operator-client.ts';
import { type ApiObject, conditionOf, originOf, type PolicyObject } from '../../client/policy-object.ts';
import { type Look, waitFor } from '../../client/wait-for.ts';
import type { CommandContext } from '../../command.ts';
import { problemLine } from '../../output/problems.ts';
import { counted } from '../../output/progress-line.ts';

/** One document, where it goes, and what is to be sent. */
interface Step {
  readonly document: PolicyDocument;
  readonly target: Required<Target>;
  readonly current: ApiObject | undefined;
  /** Absent: nothing differs. */
  readonly write?: Write;
}

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const documents = await documentsOf(options, context);
  if (documents === undefined) return 1;
  const client = operatorOf(options, context);
  const steps: Step[] = [];
  for (const document of counted(documents, 'looked up', context)) {
    const target = targetOfDocument(document, options.namespace);
    steps.push(await stepOf(client, { document, target }, context.signal));
  }
  if (!(await allTaken(client, steps, context))) return 1;
  for (const step of steps) context.print(`${title(step)} ${await send(client, step, context.signal)}`);
  if (options.wait !== true) return 0;
  for (const step of steps) await waitUntilReady(client, step, { options, context });
  return 0;
}

async function documentsOf(
  options: OptionValues,
  context: CommandContext,
): Promise<readonly PolicyDocument[] | undefined> {
  const { documents, problems } = await readPolicyDocuments(
    options.file,
    () => readAll(process.stdin),
    context.signal,
  );
  for (const problem of problems) context.note(problemLine(problem));
  if (problems.some(({ severity }) => severity === 'error')) {
    context.note('nothing was applied');
    return undefined;
  }
  if (documents.length === 0) throw new TerminalError(NO_POLICY);
  return documents;
}

async function stepOf(
  client: OperatorClient,
  { document, target }: Pick<Step, 'document' | 'target'>,
  signal: AbortSignal,
): Promise<Step> {
  const object = asApplied(document.object, target.namespace);
  const wanted = withLastApplied(object);
  const current = await lookUp<ApiObject & JsonObject>(client, target, signal);
  const base = { document, target, current };
  if (current === undefined) {
    const { name: _, ...all } = target;
    return { ...base, write: { method: 'POST', path: pathOf(all), body: wanted } };
  }
  const patch = threeWayPatch(lastApplied(current), wanted, current);
  if (isEmpty(patch)) return base;
  // What was printed of an object that is kept elsewhere, a folder or a repository, asks for nothing.
  const isHere = [APPLIED, ''].includes(originOf(current.metadata).source);
  if (!isHere && isEmpty(threeWayPatch({}, object, current))) return base;
  refuseOutdated(document, current);
  return { ...base, write: { method: 'PATCH', path: pathOf(target), body: patch, type: MERGE_PATCH } };
}

/** The name that the operator gives to what was applied to it. */
const APPLIED = 'api';

/** Without what the operator printed about it: `get -o yaml` may be applied as it is. */
function asApplied(written: JsonObject, namespace: string): JsonObject {
  const { metadata: given, ...object } = asWritten(written);
  const metadata = isObject(given) ? given : {};
  const { annotations } = metadata;
  const kept = isObject(annotations)
    ? { annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => !TOLD.has(name))) }
    : {};
  return { ...object, metadata: { ...metadata, ...kept, namespace } };
}

const TOLD: ReadonlySet<string> = new Set(['microscaling.io/source', 'microscaling.io/revision']);

/**
 * A printed object is of a moment. The status goes on by itself and is no matter; a spec that somebody has changed
 * since then is not overwritten.
 *
 * @throws TerminalError in kubectl's words
 */
function refuseOutdated({ object, place }: PolicyDocument, { kind, metadata: now }: ApiObject): void {
  const { metadata } = object;
  const { resourceVersion, generation, uid } = isObject(metadata) ? metadata : {};
  if (resourceVersion === undefined || resourceVersion === now.resourceVersion) return;
  const same = (uid ?? now.uid) === now.uid && (generation ?? now.generation) === now.generation;
  if (same) return;
  throw new TerminalError(
    `${place}: ${kind} ${now.namespace}/${now.name}: the object has been modified; please apply your changes to the latest version and try again (or remove metadata.resourceVersion)`,
  );
}

function isEmpty(patch: JsonObject): boolean {
  return Object.keys(patch).length === 0;
}

/** Asks the operator whether it would take every one of them, so that none is taken when one is not. */
async function allTaken(
  client: OperatorClient,
  steps: readonly Step[],
  context: CommandContext,
): Promise<boolean> {
  const refusals: string[] = [];
  for (const step of counted(steps, 'checked', context))
    refusals.push(...(await refusalOf(client, step, context.signal)));
  for (const line of refusals) context.note(line);
  if (refusals.length > 0) context.note('nothing was applied');
  return refusals.length === 0;
}

/** Why the operator would not take it, as lines. */
async function refusalOf(
  client: OperatorClient,
  { document, current, write, target }: Step,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (current?.metadata.deletionTimestamp !== undefined) {
    const what = titleOf(target.kind, target.name);
    return [`${document.place}: error: ${what} is being deleted; apply it again when it is gone`];
  }
  if (write === undefined) return [];
  try {
    await client.write({ ...write, path: `${write.path}?dryRun=All` }, signal);
    return [];
  } catch (error) {
    if (!(error instanceof OperatorRefusal) || error.code === 401) throw error;
    return refusalLines(document, error);
  }
}

/** With the line of every field that is wrong, where the operator says which. */
function refusalLines(
  { place, placeOf }: PolicyDocument,
  { causes, said }: OperatorRefusal,
): readonly string[] {
  if (causes.length === 0) return [`${place}: error: ${said}`];
  return causes.map(({ field, message }) => {
    const pointer =
      field === '' ? '' : `/${field.replaceAll('[', '.').replaceAll(']', '').replaceAll('.', '/')}`;
    return `${placeOf(pointer)}: error: ${message}`;
  });
}

const CONFLICT = 409;
/** As often as kubectl, when somebody else was faster. */
const MAX_RETRIES = 5;

async function send(
  client: OperatorClient,
  step: Step,
  signal: AbortSignal,
  retries = MAX_RETRIES,
): Promise<string> {
  const { current, write } = step;
  if (write === undefined) return 'unchanged';
  let written: ApiObject;
  try {
    written = (await client.write(write, signal)) as ApiObject;
  } catch (error) {
    if (!(error instanceof OperatorRefusal) || error.code !== CONFLICT || retries === 0) throw error;
    return await send(client, await stepOf(client, step, signal), signal, retries - 1);
  }
  const { metadata } = written;
  if (current === undefined) return 'created';
  return metadata.resourceVersion === current.metadata.resourceVersion ? 'unchanged' : 'configured';
}

function title({ target }: Step): string {
  return titleOf(target.kind, target.name);
}

async function waitUntilReady(
  client: OperatorClient,
  step: Step,
  { options, context }: { readonly options: OptionValues; readonly context: CommandContext },
): Promise<void> {
  const waiting = { title: title(step), timeoutMs: options.timeout, clock: systemClock };
  await waitFor(
    waiting,
    async (signal) => {
      const found = await lookUp<PolicyObject>(client, step.target, signal);
      if (found === undefined) throw new TerminalError(`${title(step)} was deleted meanwhile`);
      return readiness(found);
    },
    context,
  );
  context.print(`${title(step)} is ready`);
}

/** Whether the operator has looked at this generation and finds it ready; else what is missing. */
export function readiness(object: PolicyObject): Look {
  const ready = conditionOf(object, 'Ready');
  const { generation } = object.metadata;
  if (ready === undefined || (generation !== undefined && object.status?.observedGeneration !== generation))
    return { done: false, missing: 'the operator has not looked at it yet' };
  if (ready.status === 'True') return { done: true };
  const missing = (object.status?.conditions ?? []).filter(
    ({ type, status }) => ['Accepted', 'MetricsAvailable', 'Applied'].includes(type) && status !== 'True',
  );
  const words = missing.map(({ type, reason, message }) => `${type}: ${message} (${reason})`);
  return { done: false, missing: words.length === 0 ? ready.message : words.join('; ') };
}
