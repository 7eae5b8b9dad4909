import { textsOf } from './texts.ts';

/** Why a message was refused or quarantined, in words; a reason that has none as it is. */
export function reasonText(reason: string): string {
  const key = `reasons.${reason}`;
  const text = textsOf('holdfast-backend')(key);
  return text.endsWith(key) ? reason : text;
}
