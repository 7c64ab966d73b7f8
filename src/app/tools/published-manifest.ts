// app: the package.json of the published package, made from the private one of the repository.

/** The fields of the repository's package.json that matter here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** What the dependencies need; the repository itself also starts on an older system's node, to bring its own. */
const NODE = '>=22.22.0';

/**
 * Only what a user of the package needs: no scripts, no development dependencies, and above all no Node binaries.
 * Azurite is wanted by `microscaling demo` alone and makes half a gigabyte, so whoever wants the demo adds it.
 */
export function publishedManifest(root: Manifest): Readonly<Record<string, unknown>> {
  const azurite = root.devDependencies['azurite'];
  return {
    name: root.name,
    version: root.version,
    description: root.description,
    license: root.license,
    type: 'module',
    engines: { node: NODE },
    bin: { microscaling: 'cli/bin/microscaling' },
    exports: {
      './api/*': './api/*.js',
      './core/*': './core/*.js',
      './crds/*': './crds/*',
      './specs/*': './specs/*',
      './package.json': './package.json',
    },
    dependencies: root.dependencies,
    ...(azurite !== undefined && {
      peerDependencies: { azurite },
      peerDependenciesMeta: { azurite: { optional: true } },
    }),
  };
}
