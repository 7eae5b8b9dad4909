import type { Node, NodeAPI } from 'node-red';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import type { ForwardQueue } from '../../core/forward/queue/queue.ts';

/** So many are queued anew with one write: more would stop the event loop. */
const AT_ONCE = 500;
const SHOWN = 100;

/** The queues of the running nodes. */
export const queues = new WeakMap<Node, ForwardQueue>();

/** What upstream refused: GET shows the last of them, POST sends all of them again. */
export function addRefusedRoutes(RED: NodeAPI): void {
  const queueOf = (id: unknown): ForwardQueue | undefined => {
    const node = RED.nodes.getNode(String(id)) as Node | undefined;
    return node && queues.get(node);
  };
  RED.httpAdmin.get('/holdfast-forward/:id/refused', RED.auth.needsPermission('holdfast-forward.read'), (request, response) => {
    try {
      // A node that is not deployed, or could not start, has refused nothing.
      const queue = queueOf(request.params['id']);
      const entries = (queue?.lastRefused(SHOWN) ?? []).map(({ at, reason, line }) => ({ at: new Date(at).toISOString(), reason, sent: JSON.parse(Buffer.from(line).toString()) as unknown }));
      response.json({ kept: queue?.refusedKept ?? 0, entries });
    } catch (error) {
      response.status(400).json({ error: messageOf(error) });
    }
  });
  RED.httpAdmin.post('/holdfast-forward/:id/refused', RED.auth.needsPermission('holdfast-forward.write'), (request, response) => {
    sendAllAgain(() => queueOf(request.params['id'])).then((again) => response.json({ again }), (error: unknown) => response.status(400).json({ error: messageOf(error) }));
  });
}

/** Only what is kept by now: what is refused again meanwhile is not sent a third time. */
async function sendAllAgain(running: () => ForwardQueue | undefined): Promise<number> {
  const queue = (): ForwardQueue => {
    const found = running();
    if (!found) throw new Error('There is no such forward node running. Deploy the flow, and look at its status.');
    return found;
  };
  const kept = queue().refusedKept;
  let again = 0;
  while (again < kept) {
    const moved = queue().sendRefusedAgain(Math.min(AT_ONCE, kept - again));
    if (moved === 0) break;
    again += moved;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return again;
}
