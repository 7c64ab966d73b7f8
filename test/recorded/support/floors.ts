// test support: the share of a recording that the embedded Marathon must answer like the real one.

/**
 * What was reached, less what another recording of the same kind may show for the first time. A change may raise a
 * floor and never lowers one.
 */
export const FLOORS = {
  definitionStatuses: 0.98,
  definitionBodies: 0.98,
  updateSteps: 0.9,
  updateRestarts: 1,
} as const;

export type Floor = keyof typeof FLOORS;
