// controller: events and conditions as they are stored, and their way back. Pure.

import { CONDITION_REASONS, CONDITION_TYPES, type Condition } from '../../api/conditions.ts';
import { storedAs } from '../../api/validation/stored.ts';
import type { EventRecord } from '../status/view.ts';

const isEvent = storedAs<EventRecord>({
  type: 'object',
  description: 'An event.',
  required: ['atMs', 'type', 'reason', 'object', 'message'],
  properties: {
    atMs: { type: 'number', description: 'When it happened, by the wall clock.' },
    type: { type: 'string', description: 'How bad it is.', enum: ['Normal', 'Warning'] },
    reason: { type: 'string', description: 'One word; an earlier version may have had others.' },
    object: { type: 'string', description: 'What it is about.' },
    message: { type: 'string', description: 'For people.' },
  },
});

const areConditions = storedAs<readonly Condition[]>({
  type: 'array',
  description: 'The conditions of a policy.',
  items: {
    type: 'object',
    description: 'One of them.',
    required: ['type', 'status', 'reason', 'message', 'lastTransitionTime', 'observedGeneration'],
    properties: {
      type: { type: 'string', description: 'Which one.', enum: CONDITION_TYPES },
      status: { type: 'string', description: 'How it stands.', enum: ['True', 'False', 'Unknown'] },
      reason: { type: 'string', description: 'Why, in one word.', enum: CONDITION_REASONS },
      message: { type: 'string', description: 'Why, for people.' },
      lastTransitionTime: { type: 'string', description: 'RFC 3339.' },
      observedGeneration: { type: 'number', description: 'Of the policy.' },
    },
  },
});

/** Undefined for what this version cannot read. */
export function readEvent(raw: unknown): EventRecord | undefined {
  if (!isEvent(raw)) return undefined;
  const { atMs, type, reason, object, message } = raw;
  return { atMs, type, reason, object, message };
}

/** All of them or none: undefined where one is missing, or cannot be read by this version. */
export function readConditions(raw: unknown): readonly Condition[] | undefined {
  if (!areConditions(raw)) return undefined;
  const isWhole = CONDITION_TYPES.every((type) => raw.some((condition) => condition.type === type));
  const isDated = raw.every(({ lastTransitionTime }) => !Number.isNaN(Date.parse(lastTransitionTime)));
  if (!isWhole || !isDated) return undefined;
  return raw.map(({ type, status, reason, message, lastTransitionTime, observedGeneration }) => {
    return { type, status, reason, message, lastTransitionTime, observedGeneration };
  });
}
