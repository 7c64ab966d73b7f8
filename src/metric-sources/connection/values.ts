// metric-sources: values of a block at the moment of use, each failure with the field's name.

import { X509Certificate } from 'node:crypto';
import type { ValueSource } from '../../api/policy.ts';
import { plainValue, referenceName, resolvePlain, type ValueResolver } from '../../api/values.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { type Address, parseAddress } from './address.ts';
import type { HttpAuth } from './fields.ts';

/** Resolves the values of one block; every method throws TerminalError that begins with `TYPE.FIELD`. */
export class BlockValues {
  readonly #type: string;
  readonly #values: ValueResolver;

  /** @param type the block's key under `metric` */
  constructor(type: string, values: ValueResolver) {
    this.#type = type;
    this.#values = values;
  }

  /** A plain value by its field, or undefined when neither it nor its `…From` is given. */
  plain(field: string, value: string | undefined, from: ValueSource | undefined): string | undefined {
    const given = plainValue(value, from);
    if (given === undefined) return undefined;
    const name = 'value' in given ? field : `${field}From`;
    const label = 'value' in given ? 'it' : referenceName(given.from);
    return this.#text(name, label, () => resolvePlain(given, this.#values));
  }

  requiredPlain(field: string, value: string | undefined, from: ValueSource | undefined): string {
    const text = this.plain(field, value, from);
    if (text === undefined) throw this.wrong(field, `is missing; give it, or ${field}From`);
    return text;
  }

  secret(field: string, from: ValueSource): string {
    return this.#text(field, referenceName(from), () => this.#values.resolve(from, 'secret'));
  }

  optionalSecret(field: string, from: ValueSource | undefined): string | undefined {
    return from === undefined ? undefined : this.secret(field, from);
  }

  address(
    field: string,
    given: { readonly value: string | undefined; readonly from: ValueSource | undefined },
    schemes: readonly string[],
  ): Address {
    const address = parseAddress(this.requiredPlain(field, given.value, given.from), schemes);
    if ('wrong' in address)
      throw this.wrong(given.from === undefined ? field : `${field}From`, address.wrong);
    return address;
  }

  /** PEM certificates of `caFile`, which take the place of the system's own. */
  certificates(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const pem = this.#text('caFile', path, () => this.#values.resolve({ fromFile: path }, 'plain'));
    try {
      new X509Certificate(pem);
    } catch {
      throw this.wrong('caFile', `${path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
    }
    return pem;
  }

  /** The value of an `Authorization` header. */
  authorization(auth: HttpAuth | undefined): string | undefined {
    if (auth?.token !== undefined) return `Bearer ${this.secret('auth.token', auth.token)}`;
    if (auth?.basic === undefined) return undefined;
    const { username, usernameFrom, password } = auth.basic;
    const user = this.requiredPlain('auth.basic.username', username, usernameFrom);
    const text = `${user}:${this.secret('auth.basic.password', password)}`;
    return `Basic ${Buffer.from(text).toString('base64')}`;
  }

  wrong(field: string, why: string): TerminalError {
    return new TerminalError(`${this.#type}.${field}: ${why}`);
  }

  #text(field: string, name: string, resolve: () => string): string {
    let value: string;
    try {
      value = resolve().trim();
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      throw this.wrong(field, messageOf(error));
    }
    if (value === '') throw this.wrong(field, `${name} is empty; set it`);
    return value;
  }
}
