import type { Request } from 'express';
import type { NodeAPI } from 'node-red';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Backend } from '../../core/backend/backend.ts';
import { beginSlice } from '../../core/clock/slice.ts';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { checkContractVersion, checkId, checkKind, PrincipalError } from '../../core/registry/principal.ts';
import type { Principal } from '../../core/registry/principal.ts';
import { checkTags } from '../../core/registry/tags.ts';
import type { Trust } from '../../core/sample/sample.ts';
import { KINDS } from '../../core/simulator/index.ts';
import { addBackupRoutes } from './backup-routes.ts';
import { addContractRoutes } from './contract-routes.ts';
import { addDeletionRoutes } from './deletion-routes.ts';
import { addHistoryRoutes } from './history-routes.ts';
import { addQuarantineRoutes } from './quarantine-routes.ts';
import { READ, routesOf, WRITE } from './route.ts';

const LEDGER_PAGE = 1_000;
/** Milliseconds of work at a time. */
const SLICE = 10;

/** What the dialogs ask a backend: who may connect, which devices and metrics are known, how it is doing. */
export function addBackendRoutes(RED: NodeAPI): void {
  const route = routesOf(RED);
  addBackupRoutes(route);
  addContractRoutes(route);
  addDeletionRoutes(route);
  addHistoryRoutes(RED);
  addQuarantineRoutes(RED, route);
  route('get', 'principals', READ, (backend) => trusted(backend, backend.registry.list()));
  route('post', 'principals', WRITE, (backend, request) => issue(backend, request.body));
  route('patch', 'principals/:principal', WRITE, (backend, request) => update(backend, String(request.params['principal']), request.body));
  route('delete', 'principals/:principal', WRITE, (backend, request) => {
    const id = String(request.params['principal']);
    if (!backend.registry.remove(id)) throw new PrincipalError(`There is no "${id}" to remove.`);
  });
  route('get', 'known', READ, known);
  route('get', 'status', READ, status);
  route('get', 'ledger', READ, ledger);
  route('get', 'quarantined-devices', READ, (backend) => backend.reception.quarantine.list());
  route('delete', 'quarantined-devices/:device', WRITE, (backend, request) => {
    const device = String(request.params['device']);
    if (!backend.reception.release(device)) throw new PrincipalError(`The device "${device}" is not in quarantine.`);
  });
}

/** Those who may connect, devices with how far they can be trusted now. Thousands of them are read from disk: others get their turn in between. */
async function trusted(backend: Backend, principals: readonly Principal[]): Promise<Array<Principal & { trust?: Trust }>> {
  const answer: Array<Principal & { trust?: Trust }> = [];
  let isOver = beginSlice(backend.clock, SLICE);
  for (const principal of principals) {
    if (isOver()) {
      await nextTurn();
      isOver = beginSlice(backend.clock, SLICE);
    }
    const trust = principal.kind === 'device' ? backend.trust.of(principal.id) : undefined;
    answer.push(trust ? { ...principal, trust } : principal);
  }
  return answer;
}

/** Lets someone in; the secret is in this answer and nowhere else. */
function issue(backend: Backend, body: unknown): { id: string; secret: string } {
  if (typeof body !== 'object' || body === null) throw new PrincipalError('The request has no body. Send {"id":"press-7","kind":"device"}.');
  const { id, kind = 'device', profile = '', children = [], tags } = body as Record<string, unknown>;
  if (!Array.isArray(children)) throw new PrincipalError('children is not a list. Send the ids of the devices a gateway may send for.');
  const request = { id: checkId(id), kind: checkKind(kind), profile: String(profile), children: children.map(checkId), ...(tags !== undefined && { tags: checkTags(tags) }) };
  return { id: request.id, ...backend.registry.issue(request) };
}

/** Another profile, other tags, pinned to a version of its contract or (null) to none, with the same secret. */
function update(backend: Backend, id: string, body: unknown): Principal {
  if (typeof body !== 'object' || body === null) throw new PrincipalError('The request has no body. Send {"tags":["hall-2"]}.');
  const { profile, tags, contractVersion } = body as Record<string, unknown>;
  if (profile !== undefined && typeof profile !== 'string') throw new PrincipalError('profile is not a text. Send the name of a profile, or an empty text for none.');
  const pin = contractVersion === undefined ? undefined : (checkContractVersion(contractVersion) ?? null);
  if (typeof pin === 'number') checkPin(backend, id, profile, pin);
  return backend.registry.update(id, { ...(profile !== undefined && { profile }), ...(tags !== undefined && { tags: checkTags(tags) }), ...(pin !== undefined && { contractVersion: pin }) });
}

/** @throws PrincipalError for a version that the contract of the device's profile does not have: all that it sends would break it. */
function checkPin({ registry, profiles, contracts }: Backend, id: string, profile: string | undefined, version: number): void {
  const name = profile ?? registry.find(id)?.profile ?? '';
  const contract = profiles.of(name)?.contract;
  if (contract === undefined) throw new PrincipalError(`"${id}" cannot be pinned to version ${version}: ${name === '' ? 'it has no profile' : `its profile "${name}" has no contract`}. Give it a profile with a contract first.`);
  const versions = contracts.versions(contract);
  if (!versions.includes(version)) throw new PrincipalError(`"${id}" cannot be pinned to version ${version}: the contract "${contract}" has ${versions.length === 0 ? 'none' : versions.slice(-10).join(', ')}. Choose one of these.`);
}

async function known(backend: Backend): Promise<{ devices: string[]; metrics: string[]; profiles: string[]; tags: string[] }> {
  const principals = backend.registry.list();
  const devices = new Set([...principals.filter(({ kind }) => kind === 'device').map(({ id }) => id), ...(await backend.store.devices())]);
  const profiles = new Set([...principals.map(({ profile }) => profile).filter((profile) => profile !== ''), ...KINDS.map(({ name }) => name)]);
  const tags = new Set(principals.flatMap((principal) => principal.tags ?? []));
  return { devices: [...devices].toSorted(), metrics: await backend.store.metrics(), profiles: [...profiles].toSorted(), tags: [...tags].toSorted() };
}

async function status(backend: Backend): Promise<object> {
  const unsettled = Object.fromEntries(backend.inbox.unsettled());
  // A database that is away is told of in `health`; the rest is to be seen all the same.
  const readings = await Promise.resolve(backend.store.count()).catch(() => null);
  const { waiting, lost } = backend.quarantine.summary();
  return { directory: backend.directory, unsettled, quarantined: waiting, quarantineDropped: lost, readings, counts: backend.store.counts, health: backend.store.health() };
}

/** Everybody's sums, what became of the entries of the quarantine, and the sums of a page of devices, or of the one asked for; `next`: where the next page begins. */
function ledger(backend: Backend, request: Request): object {
  const { ledger: book } = backend.inbox;
  const device = queryText(request, 'device');
  const { put, waiting, released, dropped, lost } = backend.quarantine.summary();
  const sums = { ...book.read(), quarantine: { put, waiting, released, dropped, lost } };
  if (device !== undefined) return { ...sums, devices: { [device]: book.device(device) } };
  const limit = Math.min(Math.trunc(Number(queryText(request, 'limit') ?? '100')), LEDGER_PAGE);
  if (!(limit >= 0)) throw new HoldfastError('HOLDFAST_QUERY', 'limit is a number of devices, from 0 to 1000.');
  const ids = book.devices(queryText(request, 'after') ?? '', limit);
  const next = ids.length === limit && limit > 0 ? { next: ids.at(-1) } : {};
  return { ...sums, devices: Object.fromEntries(ids.map((id) => [id, book.device(id)])), ...next };
}

/** A parameter of the query that may be there once. */
function queryText(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new HoldfastError('HOLDFAST_QUERY', `${name} is there more than once, or is no text. Send it once.`);
}
