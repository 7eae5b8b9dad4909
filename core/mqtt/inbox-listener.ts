import { messageOf } from '../errors/holdfast-error.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Intake } from '../intake/delivery.ts';
import { ReceptionTimes } from '../intake/reception-times.ts';
import type { Clock } from '../clock/clock.ts';
import type { MqttListenerOptions } from './mqtt-listener.ts';

/** How the gateway node opens its listener until it has an intake: to be removed with the line there. */
export interface InboxListenerOptions extends Omit<MqttListenerOptions, 'endpoints' | 'path' | 'intake'> {
  host: string;
  port: number;
  channel: string;
  inbox: Pick<Inbox, 'append'>;
}

export function withIntake({ host, port, channel, inbox, ...options }: InboxListenerOptions): MqttListenerOptions {
  return { ...options, endpoints: [{ transport: 'tcp', host, port }], path: ':memory:', intake: intakeOfInbox(inbox, channel, options.clock) };
}

function intakeOfInbox(inbox: Pick<Inbox, 'append'>, channel: string, clock: Clock): Intake {
  const times = new ReceptionTimes(clock);
  return {
    offer({ via, device, principal, topic, payload, format }, answer) {
      inbox.append(channel, { via, device, principal, topic, payload, format, received: times.next(device) }, (error) => answer(error && { reason: 'disk', message: messageOf(error) }));
    },
    refused: () => undefined,
  };
}
