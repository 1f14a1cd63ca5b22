/**
 * A network in memory: machines by name, the ports they listen on, and the wires between them, in virtual time.
 *
 * Keeps: bytes arrive after a delay that the dice of VirtualTime give, in order on each wire. Between two machines each
 * direction can be cut (bytes under way and later ones are lost without a sign, as on a pulled cable), stopped (bytes are
 * kept until it heals, as with a process that stands still), slow, or refusing new wires. When a wire has lost bytes in a
 * direction, nothing more arrives in that direction, also after healing: TCP never delivers bytes behind a gap.
 */

import type { Port, World } from "../../cluster/world.ts";
import type { VirtualTime } from "./virtual-time.ts";
import { MemoryWire, type Way } from "./wires.ts";

/** A packet on a local network takes less than this. */
const MAX_DELAY_MS = 1;
const FIRST_FREE_PORT = 20_000;

/** One direction between two machines. */
interface Route {
  state: "open" | "cut" | "stopped" | "refusing";
  slowMs: number;
  /** The arrivals that wait until the route is no longer stopped. */
  held: (() => void)[];
}

interface Listener {
  readonly host: string;
  readonly accept: (wire: MemoryWire) => void;
}

/** Both directions between two machines, or the one from the first to the second. */
type Ways = "both" | "there";

export class MemoryNetwork {
  readonly time: VirtualTime;
  readonly #routes = new Map<string, Route>();
  /** The listeners of each machine and port: one for each host that is listened on. */
  readonly #listeners = new Map<string, Listener[]>();
  #freePort = FIRST_FREE_PORT;

  constructor(time: VirtualTime) {
    this.time = time;
  }

  /** The World of a member on this machine. Others dial the member by this name, whichever hosts it listens on. */
  worldOf(machine: string): World {
    return {
      ...this.time,
      connect: (host, port) => this.#connect(machine, host, port),
      listen: async (host, port, accept) => this.#listen(machine, host, port, accept),
    };
  }

  cut(from: string, to: string, ways: Ways = "both"): void {
    for (const route of this.#between(from, to, ways)) route.state = "cut";
  }

  stop(from: string, to: string, ways: Ways = "both"): void {
    for (const route of this.#between(from, to, ways)) route.state = "stopped";
  }

  /** Refuses new wires from the one to the other; open wires stay open. */
  refuse(from: string, to: string, ways: Ways = "both"): void {
    for (const route of this.#between(from, to, ways)) route.state = "refusing";
  }

  /** Bytes that are sent from now on take so much longer. */
  slow(from: string, to: string, byMs: number, ways: Ways = "both"): void {
    for (const route of this.#between(from, to, ways)) route.slowMs = byMs;
  }

  heal(from: string, to: string): void {
    for (const route of this.#between(from, to, "both")) {
      Object.assign(route, { state: "open", slowMs: 0 });
      for (const arrive of route.held.splice(0)) this.time.soon(arrive);
    }
  }

  #connect(from: string, to: string, port: number): MemoryWire {
    const there = this.#way(from, to);
    const back = this.#way(to, from);
    const dialer = new MemoryWire(to, there);
    const listeners = () =>
      this.#route(from, to).state === "refusing" ? [] : (this.#listeners.get(`${to}:${port}`) ?? []);
    // As TCP does: both directions have to work before either end learns of a wire.
    there.send(() => {
      if (listeners().length === 0) return back.send(() => dialer.fail("ECONNREFUSED"));
      back.send(() => {
        if (dialer.destroyed) return;
        const accepted = new MemoryWire(from, back);
        there.send(() => {
          const [listener] = listeners();
          if (listener === undefined) accepted.destroy();
          else listener.accept(accepted);
        });
        dialer.join(accepted);
      });
    });
    return dialer;
  }

  #listen(machine: string, host: string, port: number, accept: (wire: MemoryWire) => void): Port {
    const chosen = port === 0 ? this.#freePort++ : port;
    const name = `${machine}:${chosen}`;
    const listeners = this.#listeners.get(name) ?? [];
    if (listeners.some((listener) => listener.host === host)) {
      throw Object.assign(new Error(`${host}:${chosen} is in use`), { code: "EADDRINUSE" });
    }
    const open = new Set<MemoryWire>();
    let isClosed = false;
    let lastEnded = () => {};
    const ended = new Promise<void>((resolve) => {
      lastEnded = resolve;
    });
    const listener: Listener = {
      host,
      accept: (wire) => {
        open.add(wire);
        wire.on("close", () => {
          open.delete(wire);
          if (isClosed && open.size === 0) lastEnded();
        });
        accept(wire);
      },
    };
    this.#listeners.set(name, [...listeners, listener]);
    const close = async () => {
      const others = this.#listeners.get(name)!.filter((other) => other !== listener);
      this.#listeners.set(name, others);
      isClosed = true;
      if (open.size > 0) await ended;
    };
    return { port: chosen, close };
  }

  #route(from: string, to: string): Route {
    const name = `${from} ${to}`;
    const route = this.#routes.get(name) ?? { state: "open", slowMs: 0, held: [] };
    this.#routes.set(name, route);
    return route;
  }

  #between(from: string, to: string, ways: Ways): Route[] {
    return ways === "both" ? [this.#route(from, to), this.#route(to, from)] : [this.#route(from, to)];
  }

  #way(from: string, to: string): Way {
    const route = this.#route(from, to);
    let isBroken = false;
    let lastArrival = 0;
    const arrive = (run: () => void) => {
      isBroken ||= route.state === "cut";
      if (isBroken) return;
      if (route.state === "stopped") route.held.push(() => arrive(run));
      else run();
    };
    return {
      send: (run) => {
        isBroken ||= route.state === "cut";
        if (isBroken) return;
        const arrival = this.time.now + route.slowMs + this.time.random() * MAX_DELAY_MS;
        lastArrival = Math.max(lastArrival, arrival);
        this.time.at(lastArrival, () => arrive(run));
      },
    };
  }
}
