/**
 * The simplest client that caches by itself: it keeps what a GET answers until a push says otherwise.
 *
 * Owns its copies. It keeps nothing that the server has not answered, and relies on one thing: when a change makes an
 * answer wrong, a push about it comes behind that answer. Speaks RESP3; values are text.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { command } from "../proto/read-commands.ts";
import { patient, until } from "../until.ts";

export class CachingClient {
  readonly copies = new Map<string, string | null>();
  /** Pushes that have come. */
  pushes = 0;
  readonly #socket: Socket;
  readonly #waiting: { readonly key: string; readonly resolve: (value: string | null) => void }[] = [];
  #text = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
  }

  /** Connects until `isWanted` accepts the connection, and asks for tracking with these words. */
  static async open(
    port: number,
    words: readonly string[] = [],
    isWanted: (localPort: number) => Promise<boolean> = async () => true,
  ): Promise<CachingClient> {
    let socket: Socket | undefined;
    await until("a connection that is wanted", async () => {
      const one = connect({ port, host: "127.0.0.1", noDelay: true });
      await once(one, "connect");
      if (await isWanted(one.localPort!)) socket = one;
      else one.destroy();
      return socket !== undefined;
    });
    const client = new CachingClient(socket!);
    socket!.write(command("HELLO", "3") + command("CLIENT", "TRACKING", "ON", ...words));
    let greeting = "";
    const greeted = new Promise<void>((resolve) => {
      const take = (chunk: Buffer) => {
        greeting += chunk.toString("latin1");
        if (!greeting.endsWith("+OK\r\n")) return;
        socket!.off("data", take).on("data", (next) => client.#take(next.toString("latin1")));
        resolve();
      };
      socket!.on("data", take);
    });
    await patient(() => `the end of a greeting: ${greeting}`, greeted);
    return client;
  }

  /** Asks the server, also when there is a copy. */
  get(key: string): Promise<string | null> {
    this.#socket.write(command("GET", key));
    const answer = new Promise<string | null>((resolve) => this.#waiting.push({ key, resolve }));
    return patient(() => `the value of ${key}`, answer);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#text += text;
    for (let end = this.#one(); end > 0; end = this.#one()) this.#text = this.#text.slice(end);
  }

  /** Takes one message; returns where it ends, 0 when it has not come whole. */
  #one(): number {
    const push = /^>2\r\n\$10\r\ninvalidate\r\n(_\r\n|\*(\d+)\r\n)/.exec(this.#text);
    if (push !== null) return this.#invalidate(push[0].length, push[2]);
    if (this.#text.startsWith(">")) return 0;
    const bulk = /^\$(\d+)\r\n|^_\r\n/.exec(this.#text);
    if (bulk === null) return 0;
    if (bulk[1] === undefined) return this.#answer(null, bulk[0].length);
    const start = bulk[0].length;
    const end = start + Number(bulk[1]);
    return this.#text.length < end + 2 ? 0 : this.#answer(this.#text.slice(start, end), end + 2);
  }

  #invalidate(start: number, count: string | undefined): number {
    const keys: string[] = [];
    let at = start;
    for (let i = 0; i < Number(count ?? 0); i++) {
      const bulk = /^\$(\d+)\r\n/.exec(this.#text.slice(at));
      if (bulk === null) return 0;
      const from = at + bulk[0].length;
      at = from + Number(bulk[1]) + 2;
      if (this.#text.length < at) return 0;
      keys.push(this.#text.slice(from, at - 2));
    }
    this.pushes++;
    if (count === undefined) this.copies.clear();
    for (const key of keys) this.copies.delete(key);
    return at;
  }

  #answer(value: string | null, end: number): number {
    const { key, resolve } = this.#waiting.shift()!;
    this.copies.set(key, value);
    resolve(value);
    return end;
  }
}

/**
 * Has clients read random keys while `change` changes some, `rounds` times. Then waits until every copy that is left
 * equals what `current` says of its key; while `current` says undefined, the value will still change. The wait fails
 * when a copy is wrong and no push tells its client.
 */
export async function hammer(
  clients: readonly CachingClient[],
  keys: readonly string[],
  rounds: number,
  change: (key: string, round: number) => Promise<unknown>,
  current: (key: string) => Promise<string | null | undefined>,
): Promise<void> {
  const anyOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!;
  for (let round = 0; round < rounds; round++) {
    const reads = clients.flatMap((client) => [client.get(anyOf(keys)), client.get(anyOf(keys))]);
    const changes = [change(anyOf(keys), round), change(anyOf(keys), round)];
    await Promise.all(Math.random() < 0.5 ? [...reads, ...changes] : changes);
    await Promise.all(reads);
  }
  for (const key of keys) {
    let value: string | null | undefined;
    await until(`${key} stays as it is`, async () => (value = await current(key)) !== undefined);
    for (const { copies } of clients) {
      await until(`no copy of ${key} differs`, () => !copies.has(key) || copies.get(key) === value);
    }
  }
}
