// core: what one instance fewer and one more would have meant (docs/design/law.md#what-is-shown).

import { above } from './normal.ts';

export interface Outcome {
  /** Messages waiting once what is asked for now has had its effect. */
  readonly waiting: number;
  /** Its deviation. */
  readonly spread: number;
  /** How likely the target is missed then, from 0 to 1. */
  readonly missChance: number;
}

export interface Course {
  /** x: what waits at the end of L with as many as are asked for; below 0, how many more would find somebody idle. */
  readonly excess: number;
  readonly asked: number;
  /** h: messages that an instance takes as soon as it serves. */
  readonly atOnce: number;
  readonly arrivals: number;
  readonly service: number;
  /** Of the balance of both, messages/s. */
  readonly deviation: number;
  readonly leadS: number;
  readonly horizonS: number;
  /** T, with as many as are asked for. */
  readonly target: number;
  /** Whether T is a wait, or so many messages for each instance: a queue that is longer the more there are. */
  readonly grows: boolean;
}

/**
 * A queue that goes on for H as predicted with `n` instances: what is not known about the rates makes it uncertain by
 * σ·(L + H), and chance by √((λ + 0.5·μ·n)·(L + H)).
 */
export function outcomeOf(course: Course, n: number): Outcome {
  const { arrivals, service, deviation, leadS, horizonS } = course;
  const end = course.excess + course.atOnce * (course.asked - n) + (arrivals - service * n) * horizonS;
  const overS = leadS + horizonS;
  const spread = Math.sqrt((deviation * overS) ** 2 + (arrivals + 0.5 * service * n) * overS);
  return {
    waiting: Math.max(0, end),
    spread,
    missChance: above((targetWith(course, n) - end) / Math.max(spread, 1e-9)),
  };
}

/** Behind no instance every wait is endless. */
function targetWith({ target, grows, asked }: Course, n: number): number {
  return grows ? (target * n) / Math.max(1, asked) : target;
}
