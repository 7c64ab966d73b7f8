// api: the kinds of home that an object may have, as a pool's `members` name them.

export const HOMES = ['Folder', 'Git', 'API', 'Kubernetes'] as const;
export type Home = (typeof HOMES)[number];
