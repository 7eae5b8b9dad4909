import { endClients } from '../support/mqtt-client.ts';
import { load, statusOf, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { freePorts } from '../support/node-red-process.ts';

/** Flows with a gateway `gw`, whose MQTT listener has a free port anew in each test. */
export class GatewayFlow {
  port = 0;

  /** One for the tests of the suite it is called in. */
  static each(): GatewayFlow {
    const flow = new GatewayFlow();
    useRuntime();
    afterEach(endClients);
    beforeEach(async () => {
      [flow.port = 0] = await freePorts(1);
    });
    return flow;
  }

  /** A gateway `gw` whose samples go to a collector `out` and a gate `gate`. */
  readonly flowWith = (options: object = {}, wires: string[] = ['out']): FlowNode[] => {
    const place = { z: 'f', x: 0, y: 0 };
    return [
      { id: 'f', type: 'tab' },
      { id: 'data', type: 'holdfast-backend', directory: temporaryDirectory() },
      { id: 'gw', type: 'holdfast-gateway', ...place, backend: 'data', port: this.port, ...options, wires: [wires] },
      { id: 'out', type: 'helper', ...place, wires: [] },
      { id: 'gate', type: 'test-gate', ...place, wires: [[]] },
    ];
  };

  readonly start = async (flow: FlowNode[]): Promise<void> => {
    await load(flow);
    await until(() => statusOf('gw').fill === 'green', 'the gateway listens');
  };
}
