// api: what `--allow-definition` names: each lets a definition reach one thing that others in the cluster share.

export const DEFINITION_PARTS = ['grace-periods', 'labels', 'networks', 'ports', 'roles', 'secrets'] as const;
export type DefinitionPart = (typeof DEFINITION_PARTS)[number];
