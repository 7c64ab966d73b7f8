// schedulers/marathon: every Marathon that policies name, one client each, made when it is first named.

import type { MarathonSpec } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type {
  Claims,
  ClusterInfo,
  ClustersDeps,
  Scheduler,
  SchedulerClusters,
  SchedulerStats,
} from '../scheduler.ts';
import type { WorkloadIdentity } from '../workload.ts';
import { baseUrls, type MarathonConfig } from './config.ts';
import type { MarathonClient } from './http/client.ts';
import { isOfTheLetIn } from './http/failure.ts';
import { createMarathonClient, createMarathonScheduler, type MarathonScheduler } from './index.ts';
import { ClientInUse } from './login/client-in-use.ts';
import { OwnCredentials } from './login/own-credentials.ts';
import { MARATHON_WORDS } from './words.ts';
import { createMarathonClaims } from './write/claims.ts';

const DEADLINE_MS = 10_000;
/** With a live event stream the periodic re-list only guards against a lost event. */
const RESYNC_MS = 60_000;

/** In the place of a spec that nobody gave. */
const OWN: MarathonSpec = {};

export class MarathonClusters implements SchedulerClusters {
  readonly words = MARATHON_WORDS;
  readonly #deps: ClustersDeps;
  readonly #schedulers = new Map<string, MarathonScheduler>();
  /** What was worked out for a spec, of which there are many and which never change. */
  readonly #ids = new WeakMap<MarathonSpec, string>();
  readonly #plainUrls = new WeakMap<MarathonSpec, readonly string[]>();
  readonly #bySpec = new WeakMap<MarathonSpec, MarathonScheduler>();
  /** Of specs that bring credentials for the operator's own Marathon. */
  readonly #credentialIds = new WeakMap<MarathonSpec, string>();
  readonly #credentials: OwnCredentials;
  /** For claims, by the credentials that it was made with. */
  readonly #claiming = new ClientInUse<MarathonClient>();

  /** @throws TerminalError for a default URL that cannot be used: it is said before anybody logs or shows it */
  constructor(deps: ClustersDeps) {
    this.#deps = deps;
    this.#credentials = new OwnCredentials(deps.clock);
    const { urls } = deps.own;
    if (urls.length > 0) baseUrls({ urls, deadlineMs: DEADLINE_MS, resyncMs: RESYNC_MS });
  }

  /**
   * Says whether two specs mean the same Marathon, whoever it is that talks to it, however it is spelled: nobody gets
   * at another policy's app by a slash more. One of the operator's own URLs is enough to mean its own.
   */
  idOf(marathon: MarathonSpec | undefined): string {
    const key = marathon ?? OWN;
    const id = this.#ids.get(key) ?? this.#makeId(marathon);
    this.#ids.set(key, id);
    return id;
  }

  identityOf(marathon: MarathonSpec | undefined, name: string): WorkloadIdentity {
    return { scheduler: this.words.name, cluster: this.idOf(marathon), name };
  }

  #makeId(marathon: MarathonSpec | undefined): string {
    const own = this.#plainUrlsOf(undefined);
    const urls = this.#plainUrlsOf(marathon);
    return JSON.stringify((urls.some((url) => own.includes(url)) ? own : urls).toSorted());
  }

  /** @throws TerminalError for a spec that cannot work, also when there is no URL at all */
  of(marathon: MarathonSpec | undefined): MarathonScheduler {
    const scheduler = this.#schedulerOf(marathon);
    const id = marathon && this.#credentialIds.get(marathon);
    if (marathon !== undefined && id !== undefined) this.#credentials.named(id, marathon);
    return scheduler;
  }

  #schedulerOf(marathon: MarathonSpec | undefined): MarathonScheduler {
    const key = marathon ?? OWN;
    const scheduler = this.#bySpec.get(key) ?? this.#make(marathon);
    this.#bySpec.set(key, scheduler);
    return scheduler;
  }

  #make(marathon: MarathonSpec | undefined): MarathonScheduler {
    const id = JSON.stringify([this.#urlsOf(marathon), marathon?.auth ?? null, marathon?.caFile ?? null]);
    const scheduler =
      this.#schedulers.get(id) ?? createMarathonScheduler(this.#configOf(marathon), this.#deps);
    this.#schedulers.set(id, scheduler);
    if (marathon?.auth !== undefined && this.#isOwn(marathon)) this.#credentialIds.set(marathon, id);
    return scheduler;
  }

  #configOf(marathon: MarathonSpec | undefined): MarathonConfig {
    return {
      urls: this.#urlsOf(marathon),
      ...(marathon?.auth !== undefined && { auth: marathon.auth }),
      ...(marathon?.caFile !== undefined && { caFile: marathon.caFile }),
      ...this.#mesosOf(marathon),
      deadlineMs: DEADLINE_MS,
      resyncMs: RESYNC_MS,
    };
  }

  /**
   * Of the Marathon that this process was started with. Policies may bring the credentials for it: those of one that is
   * there are used.
   */
  own(): Pick<Scheduler, 'observe'> {
    return {
      observe: (ids, signal) =>
        this.#asOurselves((spec) => this.#schedulerOf(spec).observe(ids, signal), signal),
    };
  }

  async #asOurselves<T>(
    ask: (spec: MarathonSpec | undefined, id: string) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const used = this.#credentials.current();
    const id = used?.id ?? '';
    try {
      const answer = await ask(used?.spec, id);
      this.#credentials.worked(id);
      return answer;
    } catch (error) {
      // What is refused for another reason would be refused whoever asks.
      if (isOfTheLetIn(error)) this.#credentials.worked(id);
      else if (!signal.aborted) this.#credentials.failed(id);
      throw error;
    }
  }

  /** As `own`, with the credentials that policies bring. */
  claims(): Claims {
    const by = <T>(ask: (claims: Claims) => Promise<T>, signal: AbortSignal): Promise<T> =>
      this.#asOurselves((spec, id) => {
        const make = (): MarathonClient => createMarathonClient(this.#configOf(spec), this.#deps);
        return this.#claiming.with(id, make, (client) => ask(createMarathonClaims(client)));
      }, signal);
    return {
      all: (signal) => by((each) => each.all(signal), signal),
      add: (claim, signal) => by((each) => each.add(claim, signal), signal),
      remove: (claim, signal) => by((each) => each.remove(claim, signal), signal),
      isHidden: (workload, signal) => by((each) => each.isHidden(workload, signal), signal),
    };
  }

  /** For people: the addresses of a Marathon, the one in use, and what it says of itself; also of one that cannot work. */
  clusterInfo(marathon: MarathonSpec | undefined): ClusterInfo {
    const urls = this.#plainUrlsOf(marathon);
    const info = this.#known(marathon)?.info();
    const version = info?.version;
    return { urls, url: info?.url ?? urls[0] ?? '', ...defined({ version }) };
  }

  #known(marathon: MarathonSpec | undefined): MarathonScheduler | undefined {
    const used = marathon === undefined || this.#isOwn(marathon) ? this.#credentials.current() : undefined;
    return this.#bySpec.get(marathon ?? OWN) ?? (used && this.#bySpec.get(used.spec));
  }

  /** For the page: the Marathons in use, and what went over the wire to all of them. */
  info(): { readonly url: string; readonly stats: SchedulerStats } {
    const all = [...this.#schedulers.values()];
    const stats = all.map((s) => s.stats());
    return {
      url: all.length === 0 ? this.#deps.own.urls.join(', ') : all.map((s) => s.info().url).join(', '),
      stats: {
        writes: sum(stats.map((s) => s.writes)),
        conflicts: sum(stats.map((s) => s.conflicts)),
        reads: sum(stats.map((s) => s.reads)),
      },
    };
  }

  #mesosOf(marathon: MarathonSpec | undefined): { readonly mesosUrl?: string } {
    const { machinesUrl } = this.#deps.own;
    return machinesUrl === undefined || !this.#isOwn(marathon) ? {} : { mesosUrl: machinesUrl };
  }

  /** Every URL of it: whoever adds one of another place is not asked in the operator's name. */
  #isOwn(marathon: MarathonSpec | undefined): boolean {
    const own = this.#plainUrlsOf(undefined);
    return this.#plainUrlsOf(marathon).every((url) => own.includes(url));
  }

  #plainUrlsOf(marathon: MarathonSpec | undefined): readonly string[] {
    const key = marathon ?? OWN;
    const urls = this.#plainUrls.get(key) ?? this.#urlsOf(marathon).map(plainUrl);
    this.#plainUrls.set(key, urls);
    return urls;
  }

  #urlsOf(marathon: MarathonSpec | undefined): readonly string[] {
    return marathon?.urls ?? this.#deps.own.urls;
  }

  async close(): Promise<void> {
    this.#claiming.close();
    await Promise.allSettled([...this.#schedulers.values()].map((s) => s.close()));
  }
}

/** As a server would read it, without what makes no difference; never used to call it. */
function plainUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  const path = decoded(url.pathname).replace(/\/+/g, '/').replace(/\/$/, '');
  return `${url.origin}${path}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
