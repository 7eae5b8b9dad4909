/**
 * The base of every error that Holdfast raises on purpose. `code` is stable and meant for programs;
 * `message` is a sentence for the person wiring the flow: what went wrong, with which value, and the cure.
 */
export class HoldfastError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A setting of a node or of the backend that cannot work. Code `HOLDFAST_CONFIG`. */
export class ConfigError extends HoldfastError {
  readonly field: string;

  constructor(field: string, message: string, options?: ErrorOptions) {
    super('HOLDFAST_CONFIG', message, options);
    this.field = field;
  }
}

/** The sentence of any thrown thing, for logs and status texts. */
export function messageOf(error: unknown): string {
  // An error of a function node is of another realm, and no instance of this one's Error.
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') return error.message;
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? 'an error without a message');
}
