// app: the four apps of an installation, as they are sent to Marathon.

import type { AppDefinition, AppSpec } from '../../../api/policy.ts';
import { resourceKey } from '../../../api/policy.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import { createBody } from '../../../schedulers/marathon/definition/app-definition.ts';
import { createValueResolver } from '../../operator/values.ts';
import { dockerContainer, INSTALLATION_LABEL, type InstalledPolicy, installedPolicy } from './policy.ts';
import { ACCOUNT_KEY, type InstallSettings } from './settings.ts';

export const TOKEN = 'MICROSCALING_API_TOKEN';
const SECRETS = [ACCOUNT_KEY, TOKEN];
const MASK = '***';

/** A Marathon app definition with its id and its count. */
export type App = AppDefinition & { readonly id: string; readonly instances: number };

export function operatorId(group: string): string {
  return `${group}/operator`;
}

/** In the order of their creation: remainder, producer, consumer, and the operator last. */
export function installationApps(settings: InstallSettings, token: string): readonly App[] {
  const installed = installedPolicy(settings);
  const apps = installed.policy.spec.apps.map((app) => policyApp(app, installed, settings));
  return [...apps, operatorApp(settings, { installed, token })];
}

/** What Marathon fills in for an app that is created alone, and not for several in one write. */
const ONE_PORT = [{ port: 0, protocol: 'tcp', name: 'default' }];

/** Exactly what the operator would create, so that it finds nothing to change and nothing to adopt. */
function policyApp(app: AppSpec, { policy }: InstalledPolicy, { storage }: InstallSettings): App {
  const values = createValueResolver({
    env: storage,
    readFile: () => '',
    redactor: createRedactor(),
  });
  const { body } = createBody(
    {
      kind: 'create',
      app: app.id ?? app.name,
      instances: app.instances.fixed ?? app.instances.min ?? 1,
      definition: app.app ?? {},
      envFrom: app.envFrom,
      owner: resourceKey(policy.metadata),
      reason: '',
    },
    values,
  );
  return { portDefinitions: ONE_PORT, ...(body as App) };
}

/**
 * The operator: one instance, stopped before its successor starts, so that its upgrade never overlaps itself; back
 * within half a minute however often it fell over. It has no data directory: its sandbox goes with its task, and a store
 * that is lost with the next restart would only pretend. Its policy travels in its environment, Marathon's counts are
 * the truth; who wants holds and events to survive gives the app a volume and names it in MICROSCALING_DATA.
 */
function operatorApp(
  { group, image, marathonFromInside, storage }: InstallSettings,
  { installed, token }: { readonly installed: InstalledPolicy; readonly token: string },
): App {
  return {
    id: operatorId(group),
    cmd: 'exec microscaling run',
    instances: 1,
    cpus: 0.1,
    mem: 256,
    ...(image !== undefined && { container: dockerContainer(image) }),
    env: {
      ...storage,
      MICROSCALING_MARATHON: marathonFromInside.join(','),
      MICROSCALING_POLICY_YAML: installed.text,
      MICROSCALING_LOG_FORMAT: 'json',
      [TOKEN]: token,
    },
    labels: { [INSTALLATION_LABEL]: group },
    portDefinitions: [{ port: 0, protocol: 'tcp', name: 'http' }],
    healthChecks: [
      {
        protocol: 'HTTP',
        path: '/healthz',
        portIndex: 0,
        gracePeriodSeconds: 60,
        intervalSeconds: 5,
        timeoutSeconds: 5,
        maxConsecutiveFailures: 3,
      },
    ],
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
    maxLaunchDelaySeconds: 30,
  };
}

/** The same with a mask where a secret stands. */
export function withoutSecrets(app: App): App {
  const env = Object.entries((app['env'] ?? {}) as Readonly<Record<string, string>>);
  if (env.length === 0) return app;
  return {
    ...app,
    env: Object.fromEntries(env.map(([name, value]) => [name, SECRETS.includes(name) ? MASK : value])),
  };
}

/** Values that must not show up in a message. */
export function secretsOf(apps: readonly App[]): readonly string[] {
  const environments = apps.map((app) => (app['env'] ?? {}) as Readonly<Record<string, string>>);
  return environments.flatMap((env) => SECRETS.flatMap((name) => env[name] ?? []));
}
