/**
 * Cuts what a server sends into the values of bulk strings, without a copy of each chunk to text: values are large here.
 *
 * A simple string counts as its text. Knows no other reply: anything else throws, because it has no place in an answer to
 * GET or SET.
 */

const LINE_END = Buffer.from("\r\n");

export class BulkReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** With fewer bytes the reply that is coming is not whole. */
  #needed = 1;
  #replies: (Buffer | null)[] = [];

  get length(): number {
    return this.#replies.length;
  }

  take(count: number): (Buffer | null)[] {
    return this.#replies.splice(0, count);
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return;
    let rest = Buffer.concat(this.#chunks);
    this.#needed = 1;
    for (;;) {
      const end = this.#reply(rest);
      if (end === undefined) break;
      rest = rest.subarray(end);
    }
    this.#chunks = [rest];
    this.#bytes = rest.length;
  }

  /** Takes the first reply, and returns where it ends; undefined: it is not whole. */
  #reply(bytes: Buffer): number | undefined {
    const lineEnd = bytes.indexOf(LINE_END);
    if (lineEnd < 0) return undefined;
    const line = bytes.toString("latin1", 0, lineEnd);
    const start = lineEnd + LINE_END.length;
    if (line === "$-1") return this.#add(null, start);
    if (line[0] === "+") return this.#add(bytes.subarray(1, lineEnd), start);
    if (!/^\$\d+$/.test(line)) throw new Error(`a reply begins with ${line.slice(0, 100)}`);
    const end = start + Number(line.slice(1));
    this.#needed = end + LINE_END.length;
    if (bytes.length < this.#needed) return undefined;
    if (!bytes.subarray(end, this.#needed).equals(LINE_END))
      throw new Error("a value is longer than it says");
    const all = this.#needed;
    this.#needed = 1;
    return this.#add(bytes.subarray(start, end), all);
  }

  #add(reply: Buffer | null, end: number): number {
    this.#replies.push(reply);
    return end;
  }
}
