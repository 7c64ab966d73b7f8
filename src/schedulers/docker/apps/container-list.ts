// schedulers/docker: our containers on one engine, as it listed them last.

import type { Clock } from '../../../runtime/clock.ts';
import type { EngineClient } from '../../docker-engine/client.ts';
import type { ContainerRow } from '../../docker-engine/containers.ts';
import { Followed, type Reading } from '../../docker-engine/followed.ts';
import { APP_LABEL, type Origin, originOf } from '../container/labels.ts';

export interface OurContainer extends ContainerRow {
  readonly origin: Origin;
}

interface Listed {
  /** By app. */
  readonly byApp: ReadonlyMap<string, readonly OurContainer[]>;
  /** By app: containers that the engine has not wholly removed. Nothing runs in them, and nothing can. */
  readonly remains: ReadonlyMap<string, readonly OurContainer[]>;
}

export type Listing = Listed & Reading;

export interface ContainerListDeps {
  readonly client: EngineClient;
  readonly clock: Clock;
  /** While events are followed, a listing serves so long. */
  readonly resyncMs: number;
}

const NONE: readonly OurContainer[] = [];

export class ContainerList extends Followed<Listed> {
  constructor({ client, clock, resyncMs }: ContainerListDeps, closing: AbortSignal) {
    super({ client, clock, servesMs: () => resyncMs, read: (signal) => list(client, signal) }, closing);
  }
}

async function list(client: EngineClient, signal: AbortSignal): Promise<Listed> {
  const rows = await client.containers({ label: [APP_LABEL] }, signal);
  const ours = rows.flatMap((row): OurContainer[] => {
    const origin = originOf(row.labels);
    return origin === undefined ? [] : [{ ...row, origin }];
  });
  const isRemains = ({ state }: OurContainer): boolean => state === 'dead' || state === 'removing';
  return {
    byApp: grouped(ours.filter((each) => !isRemains(each))),
    remains: grouped(ours.filter(isRemains)),
  };
}

function grouped(containers: readonly OurContainer[]): ReadonlyMap<string, readonly OurContainer[]> {
  return Map.groupBy(containers, ({ origin }) => origin.app);
}

export function containersOf(listing: Listing, app: string): readonly OurContainer[] {
  return listing.byApp.get(app) ?? NONE;
}

/** Those that nobody is removing. */
export function remainsOf(listing: Listing, app: string): readonly OurContainer[] {
  return (listing.remains.get(app) ?? NONE).filter(({ state }) => state === 'dead');
}
