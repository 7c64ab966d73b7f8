// schedulers/marathon: claims as apps without instances: Marathon creates an app of one id once, whoever asks at the same time.

import { createHash } from 'node:crypto';
import { isObject } from '../../../api/schema/json-schema.ts';
import { TransientError } from '../../../runtime/errors.ts';
import type { Claim, Claims } from '../../scheduler.ts';
import { appPath, type MarathonClient } from '../http/client.ts';
import { Answered, failureOf, tryJson } from '../http/failure.ts';

/** The group of these apps. */
export const CLAIMS_GROUP = '/microscaling-pools';
const OF = 'microscaling.io/pool';
const PREFIX = 'microscaling.io/';
/** What is neither letter, digit nor one of `-_.` is escaped (docs/design/marathon.md#reading). */
const SELECTOR = OF.replace(/[^-A-Za-z0-9_.]/g, '\\$&');
const READING = 'reading who has which pool';
const HIDDEN_GROUP = `Marathon shows nothing of ${CLAIMS_GROUP} to this account, and there is such a group; give it the right to see the apps there`;
/** A pool's key has characters that no id has. */
const HASH_LENGTH = 20;

/** Lists leave out what the account may not see, and one such app or group is answered with 404; only its versions are with 403. */
const HIDDEN = 403;

export function createMarathonClaims(client: Pick<MarathonClient, 'ask' | 'create' | 'delete'>): Claims {
  const isHidden = async (path: string, doing: string, signal: AbortSignal): Promise<boolean> => {
    const answer = await client.ask({ method: 'GET', path: `${path}/versions` }, signal);
    if (answer.status === 200 || answer.status === 404) return false;
    if (answer.status === HIDDEN) return true;
    throw failureOf(doing, answer);
  };
  const isGroupHidden = async (signal: AbortSignal): Promise<boolean> => {
    const group = `/v2/groups${CLAIMS_GROUP}`;
    if (!(await isHidden(group, READING, signal))) return false;
    // A proxy that refuses all groups says nothing of this one.
    return !(await isHidden(`${group}-none`, READING, signal));
  };
  return {
    all: async (signal) => {
      const request = { method: 'GET', path: '/v2/apps', query: [['label', SELECTOR]] } as const;
      const answer = await client.ask(request, signal);
      if (answer.status !== 200) throw failureOf(READING, answer);
      const claims = claimsIn(tryJson(answer.text));
      if (claims.length === 0 && (await isGroupHidden(signal)))
        throw new TransientError(`${READING}: ${HIDDEN_GROUP}`, { cause: new Answered(HIDDEN) });
      return claims;
    },
    add: async (claim, signal) => {
      const doing = `claiming ${claim.of}`;
      const outcome = await client.create(appOf(claim), { doing }, signal);
      if (outcome.kind === 'accepted') return true;
      if (outcome.kind === 'duplicate') return false;
      if (outcome.kind === 'locked') throw held(doing);
      throw outcome.error;
    },
    remove: async (claim, signal) => {
      const doing = `removing a claim of ${claim.of}`;
      const outcome = await client.delete(idOf(claim), { doing }, signal);
      if (outcome.kind === 'accepted' || outcome.kind === 'missing') return;
      throw outcome.kind === 'forbidden' ? outcome.error : held(doing);
    },
    isHidden: (workload, signal) => isHidden(appPath(workload), `looking for ${workload}`, signal),
  };
}

function held(doing: string): TransientError {
  return new TransientError(`${doing}: a deployment holds it`, { cause: new Answered(409) });
}

function idOf({ of, number }: Pick<Claim, 'of' | 'number'>): string {
  const hash = createHash('sha256').update(of).digest('hex').slice(0, HASH_LENGTH);
  return `${CLAIMS_GROUP}/${hash}-${number}`;
}

function appOf(claim: Claim): object {
  const facts = Object.entries(claim.facts).map(([name, value]) => [PREFIX + name, value]);
  return {
    id: idOf(claim),
    // Never run: Marathon takes no app that could not be.
    cmd: 'exit 0',
    instances: 0,
    cpus: 0.01,
    mem: 16,
    labels: { ...Object.fromEntries(facts), [OF]: claim.of },
  };
}

function claimsIn(body: unknown): readonly Claim[] {
  const apps = isObject(body) ? body['apps'] : undefined;
  if (!Array.isArray(apps)) throw new TransientError(`${READING}: Marathon lists no apps`);
  return apps.flatMap((app: unknown) => claimOf(app) ?? []);
}

/** Undefined for an app that somebody else gave the label. */
function claimOf(app: unknown): Claim | undefined {
  if (!isObject(app) || !isObject(app['labels']) || typeof app['id'] !== 'string') return undefined;
  const { [OF]: of, ...labels } = app['labels'];
  const number = Number(/-([1-9]\d{0,14})$/.exec(app['id'])?.[1]);
  if (typeof of !== 'string' || !Number.isSafeInteger(number) || app['id'] !== idOf({ of, number }))
    return undefined;
  const facts = Object.entries(labels).flatMap(([name, value]) =>
    name.startsWith(PREFIX) && typeof value === 'string' ? [[name.slice(PREFIX.length), value]] : [],
  );
  return { of, number, facts: Object.fromEntries(facts) as Record<string, string> };
}
