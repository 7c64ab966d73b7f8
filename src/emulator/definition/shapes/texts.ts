// emulator: the forms that texts of a definition must have.

import { integer, text } from './shape.ts';

const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const NETWORK_NAME = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/;

/** A name that may be of any length. */
export const longName = text({ min: 1, form: (given) => LABEL.test(given) });
export const networkName = text({ min: 1, max: 63, form: (given) => NETWORK_NAME.test(given) });
export const notEmpty = text({ min: 1 });
export const path = text({ min: 1, max: 1024 });
export const uri = text({ min: 1, max: 1024 });
export const anyPort = integer(0, 65_535);

/** Segments of dotted labels, or `..`, between any number of slashes. */
export const pathId = text({ min: 1, form: isPathId });

/** `//cmd`, or a path without empty segments, or nothing. */
export const executor = text({ form: (given) => given === '//cmd' || isPlainPath(given) });

function isPathId(given: string): boolean {
  return given.split('/').every((part) => part === '' || part === '..' || isDotted(part));
}

function isDotted(part: string): boolean {
  return part.split('.').every((label) => LABEL.test(label));
}

function isPlainPath(given: string): boolean {
  const parts = (given.startsWith('/') ? given.slice(1) : given).split('/');
  return given === '' || parts.every((part) => part !== '');
}
