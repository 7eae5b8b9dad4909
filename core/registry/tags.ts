import { PrincipalError } from './principal.ts';

/** Tags of one device. */
const MAXIMUM_TAGS = 16;
const LONGEST_TAG = 64;
// A comma parts them where several are written in one text; a control character cannot be seen.
const UNUSABLE = /[,\p{Cc}\p{Cs}]/u;

/**
 * The tags that somebody gave a device, each once and without space around it.
 *
 * @throws PrincipalError when it is no list of at most 16 texts of 1 to 64 characters without a comma.
 */
export function checkTags(tags: unknown): string[] {
  if (!Array.isArray(tags)) throw new PrincipalError('tags is not a list. Send texts such as ["hall-2","line-a"].');
  const checked = new Set<string>();
  for (const tag of tags as unknown[]) {
    const text = typeof tag === 'string' ? tag.trim() : '';
    if (text === '' || text.length > LONGEST_TAG || UNUSABLE.test(text)) {
      throw new PrincipalError(`The tag ${typeof tag === 'string' ? JSON.stringify(tag.slice(0, LONGEST_TAG)) : typeof tag} cannot be used. Use a text of 1 to ${LONGEST_TAG} characters without a comma.`);
    }
    checked.add(text);
    if (checked.size > MAXIMUM_TAGS) throw new PrincipalError(`There are more than ${MAXIMUM_TAGS} tags. Leave some out.`);
  }
  return [...checked];
}
