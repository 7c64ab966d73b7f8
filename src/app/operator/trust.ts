// app: the trust rules of this process, from its --allow-… options: one check and one way to load for every source
// that is not the administrator's own (git, the API, Kubernetes).

import { resolve } from 'node:path';
import { type LoadResult, loadResources } from '../../api/load.ts';
import { withVariables } from '../../api/reading/substitute.ts';
import { APP_ID_PATTERN } from '../../api/schema/shapes.ts';
import { DEFINITION_PARTS, type DefinitionPart } from '../../api/trust/definition/parts.ts';
import { originOf } from '../../api/trust/rules.ts';
import { type CheckTrust, createTrustCheck, type TrustRules } from '../../api/trust/trust.ts';
import { withTrustCheck } from '../../api/validation/validate.ts';
import { defined } from '../../lang/defined.ts';
import { parseAddress, SCHEMES } from '../../metric-sources/connection/address.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { parseEngineAddress } from '../../schedulers/docker-engine/address.ts';
import type { OptionValues } from '../options.ts';
import { loadPolicies, type ResourceForm, resourceForm } from '../policies/schema.ts';

export interface Trust {
  readonly rules: TrustRules;
  /** Checks one valid resource. */
  readonly check: CheckTrust;
  /** As `loadPolicies`; what is not allowed is among `invalid`, with reason NotAllowed. Never throws. */
  readonly loadUntrusted: (text: string, source: string) => LoadResult;
  /** The same for texts in which `${NAME}` stands for one of these variables of the operator's environment. */
  readonly loaderWith: (variables: readonly string[]) => Trust['loadUntrusted'];
}

export type TrustOptions = Pick<
  OptionValues,
  | 'allowEnv'
  | 'allowSecretEnv'
  | 'allowSecretFiles'
  | 'allowEndpoint'
  | 'allowAppPrefix'
  | 'allowPrivileged'
  | 'allowNamespace'
  | 'allowDocker'
  | 'allowDefinition'
>;

export interface TrustSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Base URLs that the operator was started with. */
  readonly marathon: readonly string[];
  /** Its own app where it runs as a task. */
  readonly app?: string | undefined;
}

/** @throws TerminalError for an option that can never allow anything */
export function createTrust(
  options: TrustOptions,
  surroundings: TrustSurroundings,
  form: ResourceForm = resourceForm,
): Trust {
  const rules = rulesOf(options, surroundings);
  const check = createTrustCheck(rules, form.metricBlocks, form.schedulerBlocks);
  const validator = withTrustCheck(form.validator, check);
  const { env } = surroundings;
  return {
    rules,
    check,
    loadUntrusted: (text, source) => loadResources(text, source, validator),
    loaderWith: (names) => {
      const substituting = withVariables(validator, new Map(names.map((name) => [name, env[name]])));
      return (text, source) => loadResources(text, source, substituting);
    },
  };
}

/** How a command loads files: as the administrator's own, unless `--untrusted` is given. */
export function loaderOf(
  options: TrustOptions & Pick<OptionValues, 'untrusted'>,
  surroundings: TrustSurroundings,
): Trust['loadUntrusted'] {
  return options.untrusted === true ? createTrust(options, surroundings).loadUntrusted : loadPolicies;
}

function rulesOf(options: TrustOptions, { env, marathon, app }: TrustSurroundings): TrustRules {
  return {
    plainEnv: options.allowEnv ?? [],
    secretEnv: options.allowSecretEnv ?? [],
    secretFiles: (options.allowSecretFiles ?? []).map((dir) => resolve(dir)),
    endpoints: (options.allowEndpoint ?? []).map(endpoint),
    appPrefixes: (options.allowAppPrefix ?? []).map(appPrefix),
    privileged: options.allowPrivileged === true,
    namespaces: options.allowNamespace ?? [],
    docker: options.allowDocker === true,
    definitionParts: (options.allowDefinition ?? []).map(definitionPart),
    own: {
      marathonOrigins: marathon.map(originOf).filter((origin) => origin !== undefined),
      ...defined({ app }),
      variable: (name) => (Object.hasOwn(env, name) ? env[name]?.trim() || undefined : undefined),
    },
  };
}

function endpoint(text: string): string {
  // A Docker engine's, whose socket has no origin.
  const engine = /^(unix|tcp):/.test(text) ? parseEngineAddress(text) : undefined;
  if (engine !== undefined && !('wrong' in engine)) return engine.text;
  const address = parseAddress(text, SCHEMES);
  if (!('wrong' in address) && address.path === '' && !/[?#@]/.test(text)) return address.origin;
  throw new TerminalError(
    '--allow-endpoint takes an origin: scheme, host and port as in https://account.queue.core.windows.net or redis://cache:6379, or a Docker engine as in unix:///run/other.sock',
  );
}

function definitionPart(text: string): DefinitionPart {
  const part = DEFINITION_PARTS.find((each) => each === text);
  if (part !== undefined) return part;
  throw new TerminalError(`--allow-definition: '${text}' is not one of ${DEFINITION_PARTS.join(', ')}`);
}

function appPrefix(text: string): string {
  const prefix = text === '/' ? text : text.replace(/\/+$/, '');
  if (prefix === '/' || new RegExp(APP_ID_PATTERN).test(prefix)) return prefix;
  throw new TerminalError(
    `--allow-app-prefix: '${text}' is no group of Marathon, such as /shop or /shop/front`,
  );
}
