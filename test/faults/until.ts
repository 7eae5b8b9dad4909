import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const OPEN_LIMIT = 15_000;

/** Waits until something listens on a TCP port of 127.0.0.1; rejects with a sentence that names `what`, and with what `log` has to say. */
export async function untilOpen(port: number, what: string, log: () => string): Promise<void> {
  const deadline = performance.now() + OPEN_LIMIT;
  while (!(await isOpen(port))) {
    if (performance.now() > deadline) throw new Error(`${what} does not listen on TCP port ${port}.\n${log()}`);
    await wait(50);
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
