import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Principal } from '../../../core/registry/principal.ts';
import { sendingRight } from '../../../core/registry/sending-rights.ts';

const device: Principal = { id: 'p1', kind: 'device', profile: '', children: [] };
const gateway: Principal = { id: 'gate', kind: 'gateway', profile: '', children: ['c1', 'c2'] };
const application: Principal = { id: 'app', kind: 'application', profile: '', children: [] };

/** Whose readings these are, or why not. */
function right(principal: Principal, addressed: string | undefined): string {
  const found = sendingRight(principal, addressed, (child) => principal.children.includes(child));
  return 'forbidden' in found ? found.forbidden : found.device;
}

describe('the right to send', () => {
  it('is that of a device for itself, named or not', () => {
    assert.deepEqual([right(device, undefined), right(device, 'p1')], ['p1', 'p1']);
    for (const other of ['p2', 'c1', 'P1', '']) assert.match(right(device, other), /^p1 may not send for the device /);
  });

  it('is that of a gateway for its children, named, and not for itself', () => {
    assert.deepEqual([right(gateway, 'c1'), right(gateway, 'c2')], ['c1', 'c2']);
    assert.equal(right(gateway, 'gate'), 'gate may not send for the device gate. Use the credentials of that device, or list it as a child of the gateway.');
    assert.equal(right(gateway, undefined), 'The gateway gate must say which device it sends for. Send to devices/<device>/telemetry.');
  });

  it('is not that of an application', () => {
    for (const addressed of [undefined, 'app', 'p1']) assert.equal(right(application, addressed), 'app is an application and cannot send for a device. Use the credentials of the device.');
  });

  it('is refused on one short line, whatever a client calls its device', () => {
    assert.match(right(device, 'p2\n[error] all is lost'), /the device "p2\\n\[error\] all is lost"\./);
    fc.assert(fc.property(fc.string({ maxLength: 2_000 }), fc.constantFrom(device, gateway, application), (addressed, principal) => {
      const found = right(principal, addressed);
      assert.ok(found === principal.id || principal.children.includes(found) || (found.length < 600 && /^\P{Cc}*$/u.test(found)));
    }));
  });
});
