/**
 * Connections that stay open, and say in rounds what a test gives them: within a round all of them at once, and the next round
 * begins when all replies of this one have come.
 *
 * Invariant: each command has one reply, so nobody may SUBSCRIBE, track keys or turn replies off. Knows no command.
 */
import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { bytes, command } from "../proto/read-commands.ts";
import type { Owner } from "../started-once.ts";
import { patient } from "../until.ts";
import { splitReplies } from "./replies.ts";

/** The words of one command. */
export type Words = readonly string[];

/** A pipeline of the client with this number. */
export interface Said {
  readonly client: number;
  readonly commands: readonly Words[];
}

/** A client has one place in it at most. */
export type Round = readonly Said[];

class Talker {
  readonly #socket: Socket;
  #text = "";
  #heard: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString("latin1");
      this.#heard?.();
    });
    socket.once("close", () => this.#heard?.());
  }

  /** The replies to a pipeline; what has come as far as it goes, when the server closes. */
  async ask(commands: readonly Words[]): Promise<readonly string[]> {
    const whole = new Promise<void>((resolve) => {
      this.#heard = () => {
        const count = splitReplies(this.#text).replies.length;
        if (count >= commands.length || this.#socket.destroyed) resolve();
      };
    });
    this.#socket.write(bytes(commands.map((words) => command(...words)).join("")));
    await patient(() => `${commands.length} replies, have ${JSON.stringify(this.#text)}`, whole);
    const { replies, rest } = splitReplies(this.#text);
    this.#text = "";
    return rest === "" ? replies : [...replies, rest];
  }
}

export class Talkers {
  readonly #all: readonly Talker[];

  private constructor(all: readonly Talker[]) {
    this.#all = all;
  }

  static async connect(owner: Owner, to: NetConnectOpts, count: number): Promise<Talkers> {
    const open = async () => {
      const socket = connect(to);
      owner.teardown(() => socket.destroy());
      await once(socket, "connect");
      return new Talker(socket);
    };
    return new Talkers(await Promise.all(Array.from({ length: count }, open)));
  }

  /** On an empty store, with clients that have no state. Returns the replies by the round and the place in it. */
  async play(rounds: readonly Round[]): Promise<readonly (readonly (readonly string[])[])[]> {
    await Promise.all(this.#all.map((talker) => talker.ask([["RESET"]])));
    await this.#all[0]!.ask([["FLUSHALL"]]);
    const replies: (readonly string[])[][] = [];
    for (const round of rounds)
      replies.push(await Promise.all(round.map(({ client, commands }) => this.#all[client]!.ask(commands))));
    return replies;
  }
}
