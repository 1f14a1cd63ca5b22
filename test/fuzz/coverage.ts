/**
 * Asks V8 which blocks of code have run since the last look, and roughly how often.
 *
 * Knows only scripts of this project; tests are not among them, so that a target's own branches are no discoveries.
 */
import { type Profiler, Session } from "node:inspector";

const WATCHED = /\/dist\/(?:proto|cluster|server)\/(?!generated)/;

/** A stretch of code that runs as a whole. */
export interface Block {
  readonly place: string;
  /** The place, and how often it has run, to a power of two. */
  readonly counted: string;
}

export class Coverage {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** The blocks that have run since the last call. */
  take(): Block[] {
    let scripts: Profiler.ScriptCoverage[] = [];
    this.#session.post("Profiler.takePreciseCoverage", (error, { result }) => {
      if (error !== null) throw error;
      scripts = result;
    });
    return scripts.filter(({ url }) => WATCHED.test(url)).flatMap(blocksOf);
  }

  close(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
    this.#session.disconnect();
  }
}

function blocksOf({ scriptId, functions }: Profiler.ScriptCoverage): Block[] {
  return functions
    .flatMap(({ ranges }) => ranges)
    .filter(({ count }) => count > 0)
    .map(({ startOffset, endOffset, count }) => {
      const place = `${scriptId}:${startOffset}:${endOffset}`;
      return { place, counted: `${place}:${Math.clz32(count)}` };
    });
}
