// test support: the share of a recording that the embedded Marathon must answer like the real one.

/**
 * What was reached, less what another recording of the same kind may show for the first time. A change may raise a
 * floor and never lowers one.
 */
export const FLOORS = {
  definitionStatuses: 0.98,
  definitionBodies: 0.98,
  updateSteps: 0.98,
  updateRestarts: 0.98,
  eventSequences: 0.96,
  validAccepted: 0.99,
  invalidRefused: 0.97,
  settled: 0.98,
  changesSeen: 0.99,
  atRest: 0.96,
  updatesSettled: 0.95,
} as const;

export type Floor = keyof typeof FLOORS;
