import type { Client } from 'aedes';
import type { Principal } from '../registry/principal.ts';
import type { Registry } from '../registry/registry.ts';
import { principalOf } from './sessions.ts';
import { maySubscribe } from './telemetry-topic.ts';

const SUBSCRIPTIONS = 1_000;
const FILTER_LENGTH = 1_024;

/** Who the clients logged in as, and what they may have: by the rights of now, not by those they had when they logged in. */
export class Clients {
  readonly #registry: Pick<Registry, 'find'>;
  readonly #principals = new WeakMap<object, Principal>();
  readonly #subscriptions = new WeakMap<object, Set<string>>();

  constructor(registry: Pick<Registry, 'find'>) {
    this.#registry = registry;
  }

  loggedIn(client: Client, principal: Principal): void {
    this.#principals.set(client, principal);
  }

  /** The id with which a client logged in; undefined for a stranger. */
  idOf(client: Client): string | undefined {
    return this.#principals.get(client)?.id;
  }

  /** Undefined also once the principal has been removed. */
  principalOf(client: Client): Principal | undefined {
    const id = this.idOf(client);
    return id === undefined ? undefined : this.#registry.find(id);
  }

  mayHave(client: Client, topic: string): boolean {
    return may(this.principalOf(client), topic);
  }

  /** As `mayHave`, for the session of a client that may be away; without a topic, whether it has an owner at all. */
  sessionMayHave(session: string, topic?: string): boolean {
    return may(this.#registry.find(principalOf(session)), topic);
  }

  /** Whether a client is given a subscription: it has the right, and not too many already. */
  grant(client: Client, filter: string): boolean {
    const granted = this.#subscriptions.get(client) ?? new Set();
    this.#subscriptions.set(client, granted);
    if (!this.mayHave(client, filter) || filter.length > FILTER_LENGTH || (granted.size >= SUBSCRIPTIONS && !granted.has(filter))) return false;
    granted.add(filter);
    return true;
  }

  isGranted(client: object, filter: string): boolean {
    return this.#subscriptions.get(client)?.has(filter) ?? false;
  }

  unsubscribed(client: Client, filters: readonly string[]): void {
    for (const filter of filters) this.#subscriptions.get(client)?.delete(filter);
  }
}

function may(principal: Principal | undefined, topic: string | undefined): boolean {
  return principal !== undefined && (topic === undefined || maySubscribe(principal, topic));
}
