/**
 * The scripts that a node knows by the SHA-1 of their text, and the Lua that runs them.
 *
 * Invariants: as many texts and bytes are kept as the limits say; the one that was not used for longest goes first. Lua is
 * loaded at the first script. Knows no command and no member.
 */
import { createHash } from "node:crypto";
import { ByDialect, Encoded, ErrorReply, type Reply } from "../../proto/reply.ts";
import { CompileError, Engine, ScriptFailure } from "./engine.ts";
import { MAX_TEXT_BYTES } from "./load-library.ts";
import { encodeResult } from "./lua-to-reply.ts";
import type { Running, ScriptHost } from "./redis-library.ts";
import { readShebang, type Shebang } from "./shebang.ts";

/** What is kept of texts. */
const MAX_SCRIPTS = 1000;
const MAX_BYTES = 16 << 20;

interface Script {
  readonly sha: string;
  readonly text: string;
  readonly shebang: Shebang;
  /** Its function in the engine of now. */
  compiled: number | undefined;
}

/** What a script is called with. */
export interface ScriptCall {
  readonly keys: readonly Buffer[];
  readonly args: readonly Buffer[];
  /** It may only read: EVAL_RO. */
  readonly isReadOnly: boolean;
  /** How long it may run. */
  readonly ms: number;
  /** What its redis.call reaches. */
  readonly hostOf: (isReadOnly: boolean) => ScriptHost;
}

export interface ScriptResult {
  readonly reply: Reply;
  /** The script was ended: what it has changed is to be taken back. */
  readonly isEnded: boolean;
}

export class Scripts {
  readonly #nowMs: () => number;
  readonly #scripts = new Map<string, Script>();
  #engine: Engine | undefined;
  #bytes = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get figures(): { readonly count: number; readonly bytes: number } {
    return { count: this.#scripts.size, bytes: this.#bytes };
  }

  /** The text with this SHA-1, in hexadecimal digits. */
  textOf(sha: string): Buffer | undefined {
    const script = this.#scripts.get(sha.toLowerCase());
    return script && Buffer.from(script.text, "latin1");
  }

  /** Compiles and keeps a text. Returns its SHA-1, or what is wrong with it. */
  add(text: Buffer): string | ErrorReply {
    const script = this.#script(text);
    return script instanceof ErrorReply ? script : script.sha;
  }

  run(text: Buffer, call: ScriptCall): ScriptResult {
    const script = this.#script(text);
    if (script instanceof ErrorReply) return { reply: script, isEnded: false };
    const { flags } = script.shebang;
    const writes = flags !== undefined && !flags.has("no-writes");
    if (call.isReadOnly && writes)
      return {
        reply: new ErrorReply("ERR Can not execute a script with write flag using *_ro command."),
        isEnded: false,
      };
    const running: Running = {
      host: call.hostOf(call.isReadOnly || flags?.has("no-writes") === true),
      resp: 2,
    };
    return this.#run(script, call, running);
  }

  flush(): void {
    this.#scripts.clear();
    this.#bytes = 0;
    this.#engine = undefined;
  }

  #run(script: Script, { keys, args, ms }: ScriptCall, running: Running): ScriptResult {
    const engine = this.#engine!;
    const result = engine.run(script.compiled!, { keys, args, running, ms }, (lua, L): Reply => {
      const resp2 = encodeResult(lua, L, 2, running.resp);
      const resp3 = encodeResult(lua, L, 3, running.resp);
      return resp2.equals(resp3) ? new Encoded(resp2) : new ByDialect(new Encoded(resp2), new Encoded(resp3));
    });
    const isEnded = engine.isSpent;
    if (isEnded) this.#renew();
    if (!(result instanceof ScriptFailure)) return { reply: result, isEnded };
    const { text, place } = result;
    const where = place === undefined ? "" : `, on ${place.source}:${place.line}.`;
    return { reply: new ErrorReply(`${text} script: ${script.sha}${where}`), isEnded };
  }

  /** The script of a text, compiled, and now the one that was used last. */
  #script(text: Buffer): Script | ErrorReply {
    const sha = createHash("sha1").update(text).digest("hex");
    const known = this.#scripts.get(sha);
    const script = known ?? this.#newScript(sha, text);
    if (script instanceof ErrorReply) return script;
    const refused = this.#compile(script);
    if (refused !== undefined) return refused;
    this.#scripts.delete(sha);
    this.#scripts.set(sha, script);
    if (known === undefined) this.#count(script);
    return script;
  }

  #newScript(sha: string, text: Buffer): Script | ErrorReply {
    if (text.length > MAX_TEXT_BYTES)
      return new ErrorReply(`ERR script is too long (max ${MAX_TEXT_BYTES} bytes)`);
    const latin1 = text.toString("latin1");
    const shebang = readShebang(latin1);
    return shebang instanceof ErrorReply ? shebang : { sha, text: latin1, shebang, compiled: undefined };
  }

  #compile(script: Script): ErrorReply | undefined {
    this.#engine ??= new Engine(this.#nowMs);
    try {
      script.compiled ??= this.#engine.compile(script.text.slice(script.shebang.length));
      return undefined;
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      return new ErrorReply(`ERR Error compiling script (new function): ${error.message}`);
    }
  }

  #count({ text }: Script): void {
    this.#bytes += text.length;
    while (this.#scripts.size > MAX_SCRIPTS || this.#bytes > MAX_BYTES) {
      const [oldest] = this.#scripts.values();
      this.#scripts.delete(oldest!.sha);
      this.#bytes -= oldest!.text.length;
      if (oldest!.compiled !== undefined) this.#engine?.forget(oldest!.compiled);
    }
  }

  /** The engine of a script that was ended is given up, with all that is compiled. */
  #renew(): void {
    this.#engine = undefined;
    for (const script of this.#scripts.values()) script.compiled = undefined;
  }
}
