import { HttpAnswers } from './http-answers.ts';
import type { HttpInput } from './http-inputs.ts';
import { outcome, OWED_WITHIN } from './outcome.ts';
import type { Outcome, Tracked } from './outcome.ts';
import { Wire } from './wire.ts';
import type { World } from './world.ts';

/** All that the listener may answer; docs/http.md tells when. */
const STATUSES: ReadonlySet<number> = new Set([200, 204, 400, 401, 403, 404, 405, 408, 411, 413, 415, 417, 429, 431, 501, 503, 505]);
/** A request to which no answer is owed is given up after this, in milliseconds. */
const PATIENCE = 3_000;

interface Connection {
  wire: Wire;
  answers: HttpAnswers;
}

/** The HTTP connections of one lane. */
export class HttpLane {
  readonly #world: World;
  readonly #kept = new Map<string, Connection>();

  constructor(world: World) {
    this.#world = world;
  }

  async run(input: HttpInput, address: string | undefined): Promise<Outcome> {
    const connection = await this.#connection(input, address);
    const { wire, answers } = connection;
    const before = answers.statuses.length;
    await wire.send(input.bytes, input.cuts);
    if (input.end === 'half') wire.end();
    if (input.end === 'destroy') wire.destroy();
    if (input.end === 'reset') wire.reset();
    const wanted = before + (input.answers ?? Infinity);
    const how = await wire.until(() => answers.statuses.length >= wanted, input.answers === undefined ? PATIENCE : OWED_WITHIN);
    if (input.connection === 'own') wire.destroy();
    return judged(input, answers, answers.statuses.slice(before), how === 'timeout');
  }

  close(): void {
    for (const { wire } of this.#kept.values()) wire.destroy();
  }

  async #connection({ secure, connection }: HttpInput, address: string | undefined): Promise<Connection> {
    const name = `${connection} ${String(secure)}`;
    const known = this.#kept.get(name);
    if (connection !== 'own' && known && !known.wire.closed) return known;
    const made = { wire: await Wire.open({ port: this.#world.ports[secure ? 'https' : 'http'], secure, address }), answers: new HttpAnswers() };
    made.wire.received = (chunk) => made.answers.take(chunk);
    if (connection !== 'own') this.#kept.set(name, made);
    return made;
  }
}

function judged({ answers: owed, tracked, end }: HttpInput, answers: HttpAnswers, statuses: readonly number[], timedOut: boolean): Outcome {
  const acknowledged: Tracked[] = [];
  let unknown = 0;
  let wrong = false;
  statuses.forEach((status, place) => {
    if (status !== 204) return;
    const one = tracked[place];
    if (one === 'never') wrong = true;
    else if (one === undefined || (Array.isArray(one) && one.length === 0)) unknown += 1;
    else acknowledged.push(...[one].flat());
  });
  const broken = end === 'destroy' || end === 'reset';
  const ending = statuses.some((status) => status >= 400) ? 'refused' : statuses.length > 0 ? 'answered' : broken || timedOut ? 'unfinished' : 'refused';
  const result = outcome(ending, acknowledged, unknown);
  if (wrong) return { ...result, failure: 'It was acknowledged, and should have been refused.' };
  const odd = statuses.find((status) => !STATUSES.has(status));
  if (odd !== undefined) return { ...result, failure: `The answer was HTTP ${odd}.` };
  if (answers.nonsense !== undefined) return { ...result, failure: `The answer was no HTTP: ${JSON.stringify(answers.nonsense)}` };
  if (owed !== undefined && timedOut) return { ...result, failure: `No answer came within ${OWED_WITHIN / 1000} s, and the connection was not closed either.` };
  return result;
}
