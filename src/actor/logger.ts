/** Where an actor's own log lines go. */

/** The part of `console` that is used; pass `console` itself, or the child of any logging library. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

const nothing = (): void => {};

/** Says nothing: the default of an embedded library. Failures are told on the event stream in any case. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
