import { shared } from './texts.ts';

/**
 * Asks the admin API, as the person who is logged in. Rejects with a sentence as message: the server's own where it gave one.
 * `path` is relative to the editor. `signal` ends the question: nobody waits for the answer now.
 */
export async function ask<Answer>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const asked = $.ajax({ url: path, method, dataType: 'json', ...(body === undefined ? {} : { contentType: 'application/json', data: JSON.stringify(body) }) });
  signal?.addEventListener('abort', () => asked.abort());
  try {
    return (await asked) as Answer;
  } catch (failed) {
    throw new Error(sentenceOf(failed as JQuery.jqXHR), { cause: failed });
  }
}

function sentenceOf({ status, responseJSON }: JQuery.jqXHR): string {
  const answer: unknown = responseJSON;
  if (typeof answer === 'object' && answer !== null && 'error' in answer && typeof answer.error === 'string') return answer.error;
  if (status === 0) return shared('errors.noServer');
  if (status === 401 || status === 403) return shared('errors.notAllowed');
  return shared('errors.unexpected', { status });
}

/** The sentence of a failed `ask`. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
