// schedulers/ecs/read: looks at services again and again, ten in one call, and no more often than the budget of calls allows.

import type { Service } from '@aws-sdk/client-ecs';
import { defined } from '../../../lang/defined.ts';
import { abortable } from '../../../runtime/abort/abortable.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { RecentlyUsed } from '../../recently-used.ts';
import { batches, MOST_SERVICES, type ReadApi } from '../api/ecs-api.ts';
import { type ServiceName, serviceId, serviceNameOf, serviceText } from '../target.ts';
import { isMoving, isSameLook, type ListTiming, type Look, type Moment } from './look.ts';
import { Registrations, registeredText } from './registrations.ts';
import { factsOf } from './service.ts';
import { type TaskTemplate, templateOf } from './task-definition.ts';
import { ServiceTasks } from './tasks.ts';

export interface ReadTiming extends ListTiming {
  /** How old a look at a service may be in which something moves before the next one is taken. */
  readonly movingMs: number;
  /** … in which nothing does. */
  readonly stillMs: number;
  /** An older one counts for nothing. */
  readonly staleMs: number;
  /** How old the list of registrations with Application Auto Scaling may be. */
  readonly registrationsMs: number;
}

/** A task that runs is seen within a second: a look is due after half of one, and takes up to five calls. */
export const READ_TIMING: ReadTiming = {
  movingMs: 500,
  stillMs: 3_000,
  staleMs: 10_000,
  registrationsMs: 30_000,
  listedForMs: 30_000,
  listedForWhileMovingMs: 2_000,
};

/** Services that nobody asks for any more are not read any more. */
const FORGOTTEN_AFTER_MS = 60_000;

interface ReaderDeps {
  readonly clock: Clock;
  readonly timing: ReadTiming;
  /** As credentials and address are now. */
  readonly api: () => ReadApi;
  readonly closing: AbortSignal;
  readonly onChange: (ids: ReadonlySet<string>) => void;
}

interface Entry {
  readonly tasks: ServiceTasks;
  /** The last one that told something; its order is that of its beginning. */
  look?: TimedLook & { readonly order: number };
  /** Of the last try, where it failed. */
  failure?: { readonly reason: string; readonly atMs: number; readonly order: number };
  /** What was read before this counts for nothing. */
  doubtedSince: number;
  askedAtMs: number;
  isHurried: boolean;
  reading?: Promise<void>;
}

export interface TimedLook {
  readonly look: Look;
  /** Monotonic. */
  readonly atMs: number;
}

export class ServiceReader {
  readonly #deps: ReaderDeps;
  readonly #registrations: Registrations;
  readonly #entries = new Map<string, Entry>();
  /** By ARN: a revision never changes. */
  readonly #templates: RecentlyUsed<{ template?: Promise<TaskTemplate> | undefined }>;
  #order = 0;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
    this.#templates = new RecentlyUsed({ clock: deps.clock, make: () => ({}) });
    this.#registrations = new Registrations(deps.clock, deps.timing.registrationsMs);
  }

  /** Waits only for services of which nothing is known that still counts. */
  async look(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, TimedLook>> {
    const entries = ids.map((id) => ({ id, entry: this.#entry(id) }));
    for (const { entry } of entries) entry.askedAtMs = this.#deps.clock.monotonic();
    this.#readDue(entries);
    for (;;) {
      const lacking = entries.filter(({ entry }) => !this.#counts(entry) && !this.#hasFailed(entry));
      if (lacking.length === 0) break;
      this.#readDue(lacking);
      const reading = lacking.flatMap(({ entry }) => entry.reading ?? []);
      if (reading.length === 0) break;
      await abortable(Promise.all(reading), signal);
    }
    return new Map(entries.map(({ id, entry }) => [id, this.#found(entry)]));
  }

  /** As it is at this moment. */
  async lookNow(id: string, signal: AbortSignal): Promise<Look> {
    this.doubt(id);
    return (await this.look([id], signal)).get(id)?.look ?? { state: 'absent' };
  }

  /** What was read of it before may be wrong. */
  doubt(id: string): void {
    this.#entry(id).doubtedSince = ++this.#order;
  }

  /** Something is about to happen to it: the next look is due. */
  hurry(id: string): void {
    this.#entry(id).isHurried = true;
  }

  /** Reads what is due of all that are asked for, and waits for nothing. */
  poll(): void {
    const nowMs = this.#deps.clock.monotonic();
    for (const [id, { askedAtMs }] of [...this.#entries])
      if (nowMs - askedAtMs > FORGOTTEN_AFTER_MS) this.#entries.delete(id);
    this.#readDue([...this.#entries].map(([id, entry]) => ({ id, entry })));
  }

  #entry(id: string): Entry {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const made: Entry = {
      tasks: new ServiceTasks(serviceNameOf(id) ?? { cluster: '', service: id }, this.#deps.timing),
      doubtedSince: 0,
      askedAtMs: this.#deps.clock.monotonic(),
      isHurried: false,
    };
    this.#entries.set(id, made);
    return made;
  }

  #counts({ look, doubtedSince }: Entry): boolean {
    if (look === undefined || look.order <= doubtedSince) return false;
    return this.#deps.clock.monotonic() - look.atMs <= this.#deps.timing.staleMs;
  }

  /** So lately that trying again at once is of no use. */
  #hasFailed({ failure, doubtedSince }: Entry): boolean {
    if (failure === undefined || failure.order <= doubtedSince) return false;
    return this.#deps.clock.monotonic() - failure.atMs < this.#deps.timing.movingMs;
  }

  #found(entry: Entry): TimedLook {
    const { look, failure } = entry;
    if (look !== undefined && this.#counts(entry)) return look;
    const reason = failure?.reason ?? 'it was not read';
    return { look: { state: 'unseen', reason }, atMs: this.#deps.clock.monotonic() };
  }

  #isDue(entry: Entry): boolean {
    const { look, failure, isHurried, reading } = entry;
    if (reading !== undefined || this.#hasFailed(entry)) return false;
    if (isHurried || failure !== undefined || !this.#counts(entry) || look === undefined) return true;
    const { movingMs, stillMs } = this.#deps.timing;
    const dueMs = isMoving(look.look, this.#deps.clock.now()) ? movingMs : stillMs;
    return this.#deps.clock.monotonic() - look.atMs >= dueMs;
  }

  #readDue(entries: readonly { readonly id: string; readonly entry: Entry }[]): void {
    const due = entries.flatMap(({ id, entry }) => {
      const name = this.#isDue(entry) ? serviceNameOf(id) : undefined;
      return name === undefined ? [] : [{ name, entry }];
    });
    for (const [cluster, all] of Map.groupBy(due, ({ name }) => name.cluster))
      for (const some of batches(all, MOST_SERVICES)) {
        const reading = this.#read(
          cluster,
          some.map(({ name }) => name),
        );
        for (const { entry } of some) entry.reading = reading;
        void reading.then(() => {
          for (const { entry } of some) delete entry.reading;
        });
      }
  }

  /** Never rejects: what fails is remembered. */
  async #read(cluster: string, names: readonly ServiceName[]): Promise<void> {
    const { clock, onChange } = this.#deps;
    const begun = { order: ++this.#order, atMs: clock.monotonic() };
    const moment = { nowMs: begun.atMs, wallMs: clock.now() };
    for (const name of names) this.#entry(serviceId(name)).isHurried = false;
    const changed = new Set<string>();
    const accept = async (name: ServiceName, look: () => Promise<Look>): Promise<void> => {
      const entry = this.#entry(serviceId(name));
      try {
        const found = await look();
        if (entry.look === undefined || !isSameLook(entry.look.look, found)) changed.add(serviceId(name));
        entry.look = { look: found, ...begun };
        delete entry.failure;
      } catch (error) {
        if (entry.failure === undefined) changed.add(serviceId(name));
        const reason = `reading ${serviceText(name)}: ${messageOf(error)}`;
        entry.failure = { reason, order: begun.order, atMs: clock.monotonic() };
      }
    };
    const all = this.#describe(cluster, names);
    await Promise.all(
      names.map((name) => accept(name, async () => await this.#look(name, await all, moment))),
    );
    if (changed.size > 0) onChange(changed);
  }

  async #describe(cluster: string, names: readonly ServiceName[]): Promise<Described> {
    const { api, closing } = this.#deps;
    const services = names.map(({ service }) => service);
    const [found, registered] = await Promise.all([
      api().services(cluster, services, closing),
      this.#registrations.among(cluster, services, api(), closing),
    ]);
    const facts = found.map((service) => [service.serviceName ?? '', service] as const);
    return { services: new Map(facts), registered };
  }

  async #look(name: ServiceName, { services, registered }: Described, moment: Moment): Promise<Look> {
    const service = services.get(name.service);
    const facts = service && factsOf(service, name);
    if (facts === undefined) return { state: 'absent' };
    const { api, closing } = this.#deps;
    const { tasks } = this.#entry(serviceId(name));
    const template = await this.#template(facts.taskDefinition);
    const { hasHealthChecks } = template;
    const present = await tasks.of(facts, { api: api(), moment, hasHealthChecks, signal: closing });
    const refused = facts.refused ?? (registered.has(name.service) ? registeredText(name) : undefined);
    return { state: 'seen', facts, template, tasks: present, ...defined({ refused }) };
  }

  /** Asked once for all services that have it; one that failed is asked again. */
  #template(arn: string): Promise<TaskTemplate> {
    const known = this.#templates.of(arn);
    if (known.template !== undefined) return known.template;
    const { api, closing } = this.#deps;
    const read = async (): Promise<TaskTemplate> =>
      templateOf((arn === '' ? undefined : await api().taskDefinition(arn, closing)) ?? {});
    const template = read();
    known.template = template;
    template.catch(() => {
      known.template = undefined;
    });
    return template;
  }
}

interface Described {
  readonly services: ReadonlyMap<string, Service>;
  /** With Application Auto Scaling. */
  readonly registered: ReadonlySet<string>;
}
