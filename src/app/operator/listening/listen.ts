// app: the page and the API on their port, with whatever of the operator they show.

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { OperatorState } from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import type { AppliedObjects } from '../../../policy-sources/applied/index.ts';
import type { SegmentFolder } from '../../../recorder/files/segment-folder.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { DocumentStore } from '../../../runtime/document-store.ts';
import type { Logger } from '../../../runtime/log.ts';
import { type HttpServer, serve } from '../../../runtime/network/http.ts';
import type { LookBack } from '../../../server/api/look-back.ts';
import { createServerApp } from '../../../server/app.ts';
import type { InterventionPlaces } from '../../../server/kube/operator-api.ts';
import type { Metrics } from '../../../server/metrics/metrics.ts';
import type { Replays } from '../../../server/page/replay/replay-routes.ts';
import type { Address } from '../../options.ts';
import { packageFile, VERSION } from '../../package-root.ts';
import type { ResourceForm } from '../../policies/schema.ts';

export interface ListeningConfig {
  readonly api: Address;
  /** When the port is taken, take any free one instead of failing. */
  readonly anyApiPort?: boolean;
  /** A token that may read and write, for an API that listens beyond loopback. */
  readonly writeToken?: string;
  /** `/metrics` needs no token. */
  readonly openMetrics?: boolean;
  /** Names by which an API beyond loopback may be called, besides the machine's own. */
  readonly allowedHosts?: readonly string[];
}

export interface ListeningParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly state: OperatorState;
  readonly documents: DocumentStore | undefined;
  readonly applied: AppliedObjects | undefined;
  readonly interventions: InterventionPlaces;
  readonly form: ResourceForm;
  readonly record: SegmentFolder | undefined;
  readonly lookBack: LookBack | undefined;
  readonly replays: Replays | undefined;
}

/** @throws TerminalError when the port cannot be had */
export function listen(
  config: ListeningConfig,
  { documents, applied, interventions, form, record, lookBack, replays, ...parts }: ListeningParts,
  signal: AbortSignal,
): Promise<HttpServer> {
  const app = createServerApp({
    ...parts,
    boundTo: config.api.host,
    token: randomBytes(24).toString('base64url'),
    ...defined({ writeToken: config.writeToken }),
    openMetrics: config.openMetrics ?? false,
    runbooks: packageFile('docs/runbooks'),
    hosts: { machine: machineNames(), allowed: config.allowedHosts ?? [] },
    version: VERSION,
    ...defined({ documents, record, lookBack, replays }),
    api: { policySchema: form.policySchema, interventions, ...defined({ applied }) },
    signal,
  });
  return serve(app, { ...config.api, anyPortWhenTaken: config.anyApiPort ?? false });
}

/** `agent7` and `agent7.example.com`, as far as the machine knows. */
function machineNames(): readonly string[] {
  const name = hostname();
  return [name, ...name.split('.', 1)];
}
