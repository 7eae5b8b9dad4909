/** Takes a stream of HTTP answers apart: the status codes of those that are whole, in their order, without the interim ones. */
export class HttpAnswers {
  readonly statuses: number[] = [];
  /** What came that is no answer. */
  nonsense: string | undefined;
  #bytes: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0 || this.nonsense !== undefined) return;
      const head = this.#bytes.toString('latin1', 0, end);
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
      if (Number.isNaN(status)) return void (this.nonsense = head.slice(0, 200));
      const next = status === 204 || status < 200 ? end + 4 : this.#endOfBody(head, end);
      if (next === undefined || this.#bytes.length < next) return;
      if (status >= 200) this.statuses.push(status);
      this.#bytes = this.#bytes.subarray(next);
    }
  }
  /** Node.js answers by itself, chunked and without a body, what has no Host. */
  #endOfBody(head: string, end: number): number | undefined {
    if (!/\ntransfer-encoding: *chunked/i.test(head)) return end + 4 + Number(/\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const last = this.#bytes.indexOf('\r\n0\r\n\r\n', end + 2);
    return last < 0 ? undefined : last + 7;
  }
}
