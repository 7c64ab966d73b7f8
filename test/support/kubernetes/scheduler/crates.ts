// test support: kinds that keep their count elsewhere than those of Kubernetes, installed and uninstalled.

import { ApiextensionsV1Api, CustomObjectsApi } from '@kubernetes/client-node';
import { until } from '../../until.ts';
import { configOf } from '../control-plane.ts';

const GROUP = 'microscaling.test';

export interface Crates {
  /** A new one; it tells of no pods. */
  make(namespace: string, name: string, size: number): Promise<void>;
  /** Undefined while there is none. */
  sizeOf(namespace: string, name: string): Promise<number | undefined>;
}

export async function installCrates(kubeconfig: string, kind: string): Promise<Crates> {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const text = { type: 'string' };
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { size: { type: 'integer' } } },
      status: { type: 'object', properties: { size: { type: 'integer' }, labels: text } },
    },
  };
  const scale = {
    specReplicasPath: '.spec.size',
    statusReplicasPath: '.status.size',
    labelSelectorPath: '.status.labels',
  };
  await configOf(kubeconfig)
    .makeApiClient(ApiextensionsV1Api)
    .createCustomResourceDefinition({
      body: {
        metadata: { name: `${plural}.${GROUP}` },
        spec: {
          group: GROUP,
          scope: 'Namespaced',
          names: { plural, singular, kind },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: schema },
              subresources: { status: {}, scale },
            },
          ],
        },
      },
    })
    .catch(unlessThere);
  return cratesOf(kubeconfig, kind);
}

export function cratesOf(kubeconfig: string, kind: string): Crates {
  const plural = `${kind.toLowerCase()}s`;
  const objects = configOf(kubeconfig).makeApiClient(CustomObjectsApi);
  const of = (namespace: string) => ({ group: GROUP, version: 'v1', namespace, plural });
  return {
    make: async (namespace, name, size) => {
      const crate = { apiVersion: `${GROUP}/v1`, kind, metadata: { name }, spec: { size } };
      await until(`${plural} to be known`, () =>
        objects.createNamespacedCustomObject({ ...of(namespace), body: crate }).then(
          () => true,
          () => false,
        ),
      );
      const body = [{ op: 'add', path: '/status', value: { size, labels: `crate=${name}` } }];
      await objects.patchNamespacedCustomObjectStatus({ ...of(namespace), name, body });
    },
    sizeOf: (namespace, name) =>
      objects.getNamespacedCustomObject({ ...of(namespace), name }).then(
        (found: { readonly spec?: { readonly size?: number } }) => found.spec?.size,
        () => undefined,
      ),
  };
}

/** Its objects go with it. One that is not installed is no failure. */
export async function uninstallCrates(kubeconfig: string, kind: string): Promise<void> {
  const name = `${kind.toLowerCase()}s.${GROUP}`;
  const api = configOf(kubeconfig).makeApiClient(ApiextensionsV1Api);
  await until(`${name} to be gone`, () =>
    api.deleteCustomResourceDefinition({ name }).then(
      () => false,
      (error: unknown) => (error as { readonly code?: unknown }).code === 404,
    ),
  );
}

function unlessThere(error: unknown): void {
  if ((error as { readonly code?: unknown }).code !== 409) throw error;
}
