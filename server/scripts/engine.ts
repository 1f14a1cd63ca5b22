/**
 * One Lua for all scripts of a node.
 *
 * Invariants: a script leaves nothing behind that a later one could see: the libraries are readonly, no global can be
 * made, KEYS and ARGV are new each time, the dice and cjson begin anew. A script that was over its limits takes its Lua
 * with it. Scripts run one after the other, and never one inside the other. Knows no command.
 */
import { openBase } from "./base-library.ts";
import { openBits } from "./bit-library.ts";
import { defaultSettings, openJson } from "./cjson-library.ts";
import { openCoroutines } from "./coroutine-library.ts";
import { GLOBALS, type Lua, type LuaState, loadFengari, OK, STRING, setCountHook, TABLE } from "./fengari.ts";
import { Limits } from "./limits.ts";
import { loadText, openLoading } from "./load-library.ts";
import { setFunctions } from "./lua-arguments.ts";
import { as51, compileError51 } from "./lua51-errors.ts";
import { openMath, Random } from "./math-library.ts";
import { openRedis, type Running } from "./redis-library.ts";
import { openStrings } from "./string-library.ts";
import { openTables } from "./table-library.ts";

/** As many instructions pass between two looks at the clock: some tenths of a millisecond. */
const COUNT_A_LOOK = 1000;
const CHUNK = "@user_script";
/** Where a function of a library is. */
const NATIVE = "=[JS]";

/** A text that is no Lua. */
export class CompileError extends Error {
  override name = "CompileError";
}

interface Place {
  readonly source: string;
  readonly line: number;
}

/** The error that a script ended with. */
export class ScriptFailure {
  /** One line, with its code. */
  readonly text: string;
  /** Where it happened; undefined: nowhere in the script. */
  readonly place: Place | undefined;

  constructor(text: string, place: Place | undefined) {
    this.text = text;
    this.place = place;
  }
}

export class Engine {
  readonly #limits: Limits;
  readonly #dice = new Random();
  readonly #settings = defaultSettings();
  readonly #lua: Lua;
  readonly #L: LuaState;
  #running: Running | undefined;
  /** A bug in here that a script has found; it is thrown when the script has ended. */
  #bug: unknown;

  constructor(nowMs: () => number) {
    this.#limits = new Limits(nowMs);
    this.#lua = loadFengari();
    this.#L = this.#open();
  }

  /** Whether a script was over its limits: then this engine must not be used any more. */
  get isSpent(): boolean {
    return this.#limits.over !== undefined;
  }

  /** Compiles a text; the number stands for the function. Throws a CompileError. */
  compile(text: string): number {
    const lua = this.#lua;
    const L = this.#L;
    const status = loadText(lua, L, text, CHUNK);
    if (status === OK) return lua.luaL_ref(L, lua.LUA_REGISTRYINDEX);
    const error = Buffer.from(lua.lua_tolstring(L, -1) ?? "text that cannot be read").toString("latin1");
    lua.lua_settop(L, -2);
    throw new CompileError(compileError51(error));
  }

  forget(compiled: number): void {
    this.#lua.luaL_unref(this.#L, this.#lua.LUA_REGISTRYINDEX, compiled);
  }

  /**
   * Runs a compiled text. `read` gets the value that it returns, at the top of the stack, and may fail like the script.
   */
  run<T>(
    compiled: number,
    {
      keys,
      args,
      running,
      ms,
    }: { keys: readonly Buffer[]; args: readonly Buffer[]; running: Running; ms: number },
    read: (lua: Lua, L: LuaState) => T,
  ): T | ScriptFailure {
    const lua = this.#lua;
    const L = this.#L;
    this.#begin(running, ms);
    try {
      let result: T | undefined;
      const failure: { place: Place | undefined } = { place: undefined };
      lua.lua_settop(L, 0);
      lua.lua_pushcfunction(L, (state) => this.#placeOfError(state, failure));
      lua.lua_pushcfunction(L, (state) => {
        this.#pushScript(state, compiled, keys, args);
        lua.lua_call(state, 0, 1);
        result = read(lua, state);
        return 0;
      });
      const status = lua.lua_pcall(L, 0, 0, 1);
      if (this.#bug !== undefined) throw this.#bug;
      return status === OK ? (result as T) : new ScriptFailure(this.#errorText(), failure.place);
    } finally {
      this.#end();
    }
  }

  #begin(running: Running, ms: number): void {
    this.#running = running;
    this.#dice.begin();
    Object.assign(this.#settings, defaultSettings());
    this.#limits.begin(ms);
    this.#lua.limits = this.#limits;
    setCountHook(this.#lua, this.#L, (L) => this.#look(L), COUNT_A_LOOK);
  }

  #end(): void {
    this.#lua.limits = undefined;
    this.#running = undefined;
    this.#lua.lua_settop(this.#L, 0);
  }

  #look(L: LuaState): void {
    if (this.#limits.tick()) this.#lua.fail(L, this.#limits.over!);
  }

  /** Pushes the function, and sets what it finds as globals. */
  #pushScript(L: LuaState, compiled: number, keys: readonly Buffer[], args: readonly Buffer[]): void {
    const lua = this.#lua;
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, compiled);
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS);
    for (const [name, values] of Object.entries({ KEYS: keys, ARGV: args })) {
      lua.lua_pushstring(L, name);
      lua.lua_newtable(L);
      for (const [i, value] of values.entries()) {
        lua.lua_pushstring(L, value);
        lua.lua_rawseti(L, -2, i + 1);
      }
      lua.setProtected(L, -3);
    }
    // The function's globals, which the last script may have exchanged.
    lua.lua_setupvalue(L, -2, 1);
  }

  /** Makes the error a table, and notes where it happened. */
  #placeOfError(L: LuaState, failure: { place: Place | undefined }): number {
    const lua = this.#lua;
    const debug = lua.newDebug();
    for (let level = 1; level <= 2; level++) {
      if (!lua.lua_getstack(L, level, debug)) break;
      lua.lua_getinfo(L, "nSl", debug);
      const source = Buffer.from(debug.source).toString("latin1");
      if (source === NATIVE) continue;
      failure.place = { source, line: debug.currentline };
      break;
    }
    return 1;
  }

  #errorText(): string {
    const lua = this.#lua;
    const L = this.#L;
    if (this.#limits.over !== undefined)
      return `ERR script ended: it ${this.#limits.over}; nothing that it wrote is kept`;
    if (lua.lua_type(L, -1) === TABLE) {
      lua.lua_pushstring(L, "err");
      lua.lua_rawget(L, -2);
      if (lua.lua_type(L, -1) !== STRING) return "ERR unknown error";
    } else return `ERR ${as51(Buffer.from(lua.luaL_tolstring(L, -1)).toString("latin1"))}`;
    return Buffer.from(lua.lua_tolstring(L, -1)!).toString("latin1");
  }

  #open(): LuaState {
    const lua = this.#lua;
    const L = lua.lua_newstate();
    lua.lua_atnativeerror(L, (state) => this.#nativeError(state));
    openBase(lua, L);
    openStrings(lua, L);
    openTables(lua, L);
    openMath(lua, L, this.#dice);
    openCoroutines(lua, L);
    openBits(lua, L);
    openJson(lua, L, this.#settings);
    openRedis(lua, L, () => this.#running!);
    openLoading(lua, L);
    this.#protectGlobals(L);
    lua.lua_settop(L, 0);
    return L;
  }

  /** `_G` is readonly, and a name that nobody has set is an error. */
  #protectGlobals(L: LuaState): void {
    const lua = this.#lua;
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS);
    lua.lua_pushvalue(L, -1);
    lua.lua_setfield(L, -2, "_G");
    lua.lua_newtable(L);
    setFunctions(lua, L, {
      __index: (state) => {
        const name = Buffer.from(lua.luaL_tolstring(state, 2)).toString("latin1");
        return lua.fail(state, `Script attempted to access nonexistent global variable '${name}'`);
      },
    });
    lua.protect(L);
    lua.lua_setmetatable(L, -2);
    lua.protect(L);
  }

  /** An error of JavaScript's: memory that it does not get, a stack that is too deep, or a bug here. */
  #nativeError(L: LuaState): number {
    const lua = this.#lua;
    const error = lua.lua_touserdata(L, 1);
    const isOverflow = error instanceof RangeError && /call stack/.test(error.message);
    if (error instanceof RangeError && !isOverflow) this.#limits.outOfMemory();
    if (!(error instanceof RangeError)) this.#bug ??= error;
    lua.lua_pushstring(L, isOverflow ? "stack overflow" : "internal error");
    return 1;
  }
}
