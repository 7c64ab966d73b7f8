// runtime: typed signals between parts that must not know each other. Each signal has exactly one receiver.

/** A signal whose content is `undefined` is sent without any. */
type Content<T> = [T] extends [undefined] ? [] : [T];

export type Receivers<S extends object> = {
  readonly [K in keyof S]: (...content: Content<S[K]>) => void;
};

/**
 * Parts that send are made first, parts that receive after them; then `connect` names the receiver of every signal
 * at once, and the compiler sees to it that none is missing. Signals are delivered at once, in the order of sending.
 */
export class Signals<S extends object> {
  #receivers: Receivers<S> | undefined;

  connect(receivers: Receivers<S>): void {
    this.#receivers = receivers;
  }

  /** @returns a function that sends one kind of signal */
  sender<K extends keyof S & string>(signal: K): (...content: Content<S[K]>) => void {
    return (...content) => {
      if (this.#receivers === undefined) throw new Error(`${signal} was sent before anything receives it`);
      this.#receivers[signal](...content);
    };
  }
}
