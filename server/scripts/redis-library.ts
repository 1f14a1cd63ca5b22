/**
 * `redis`: what a script may do with the server it runs in.
 *
 * Knows no command: the words of a call go to the host of the script.
 */
import { createHash } from "node:crypto";
import { ErrorReply, type Protocol, type Reply } from "../../proto/reply.ts";
import { REDIS_VERSION } from "../machine/version.ts";
import { type Lua, type LuaFunction, type LuaState, NUMBER, STRING } from "./fengari.ts";
import { bytesArg, setLibrary, textArg } from "./lua-arguments.ts";
import { textG } from "./number-text.ts";
import { pushReply } from "./reply-to-lua.ts";

/** What a script's calls reach. */
export interface ScriptHost {
  /** Runs a command on this node, at once. */
  call(words: readonly Buffer[]): Reply;
  /** `level` is 0 for debug, up to 3 for a warning. */
  log(level: number, text: string): void;
  /** Whether a command with these words may be called. */
  knows(words: readonly Buffer[]): boolean;
}

/** The script that runs now. */
export interface Running {
  readonly host: ScriptHost;
  resp: Protocol;
}

const DASH = 0x2d;
const CONSTANTS = {
  ...{ LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3 },
  ...{ REPL_NONE: 0, REPL_AOF: 1, REPL_SLAVE: 2, REPL_REPLICA: 2, REPL_ALL: 3 },
  REDIS_VERSION_NUM: REDIS_VERSION.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0),
};

/** A number becomes a word with all of its digits, as in Redis. */
function wordsOf(lua: Lua, L: LuaState): Buffer[] | ErrorReply {
  const count = lua.lua_gettop(L);
  if (count === 0) return new ErrorReply("ERR Please specify at least one argument for this redis lib call");
  const words: Buffer[] = [];
  for (let at = 1; at <= count; at++) {
    const type = lua.lua_type(L, at);
    if (type === NUMBER) words.push(Buffer.from(textG(lua.lua_tonumber(L, at), 17)));
    else if (type === STRING) words.push(Buffer.from(lua.lua_tolstring(L, at)!));
    else return new ErrorReply("ERR Lua redis lib command arguments must be strings or integers");
  }
  return words;
}

function pushError(lua: Lua, L: LuaState, text: string): void {
  lua.lua_newtable(L);
  lua.lua_pushstring(L, Buffer.from(text));
  lua.lua_setfield(L, -2, "err");
}

/** As in Redis, an error of the library has no place in the script. */
function fail(lua: Lua, L: LuaState, text: string): never {
  pushError(lua, L, `ERR ${text}`);
  return lua.lua_error(L);
}

function call(lua: Lua, L: LuaState, { host, resp }: Running, raises: boolean): number {
  const words = wordsOf(lua, L);
  const reply = words instanceof ErrorReply ? words : host.call(words);
  pushReply(lua, L, reply, resp);
  if (!(reply instanceof ErrorReply)) return 1;
  lua.lua_pushboolean(L, true);
  lua.lua_setfield(L, -2, "ignore_error_stats_update");
  return raises ? lua.lua_error(L) : 1;
}

/** {err=...} or {ok=...} of one string. */
function singleField(lua: Lua, L: LuaState, name: "err" | "ok"): number {
  if (lua.lua_gettop(L) !== 1 || lua.lua_type(L, 1) !== STRING) {
    pushError(lua, L, "ERR wrong number or type of arguments");
    return 1;
  }
  const text = Buffer.from(lua.lua_tolstring(L, 1)!);
  lua.lua_newtable(L);
  lua.lua_pushstring(L, name === "ok" ? text : errorOf(text));
  lua.lua_setfield(L, -2, name);
  return 1;
}

/** Without its dash; one word has no code, and gets `ERR`. */
function errorOf(text: Buffer): Buffer {
  const bare = text[0] === DASH ? text.subarray(1) : text;
  return bare.includes(" ") ? bare : Buffer.concat([Buffer.from("ERR "), bare]);
}

function log(lua: Lua, L: LuaState, { host }: Running): number {
  const count = lua.lua_gettop(L);
  if (count < 2) fail(lua, L, "redis.log() requires two arguments or more.");
  if (lua.lua_type(L, 1) !== NUMBER) fail(lua, L, "First argument must be a number (log level).");
  const level = lua.lua_tonumber(L, 1);
  if (!(level >= CONSTANTS.LOG_DEBUG && level <= CONSTANTS.LOG_WARNING)) fail(lua, L, "Invalid debug level.");
  const texts: string[] = [];
  for (let at = 2; at <= count; at++) {
    const type = lua.lua_type(L, at);
    if (type === STRING || type === NUMBER) texts.push(textArg(lua, L, at));
  }
  host.log(Math.trunc(level), texts.join(" "));
  return 0;
}

function setresp(lua: Lua, L: LuaState, running: Running): number {
  if (lua.lua_gettop(L) !== 1) fail(lua, L, "redis.setresp() requires one argument.");
  const version = lua.lua_type(L, 1) === NUMBER ? lua.lua_tonumber(L, 1) : 0;
  if (version !== 2 && version !== 3) fail(lua, L, "RESP version must be 2 or 3.");
  running.resp = version as Protocol;
  return 0;
}

function sha1hex(lua: Lua, L: LuaState): number {
  if (lua.lua_gettop(L) !== 1) fail(lua, L, "wrong number of arguments");
  lua.lua_pushstring(
    L,
    createHash("sha1")
      .update(bytesArg(lua, L, 1))
      .digest("hex"),
  );
  return 1;
}

function aclCheck(lua: Lua, L: LuaState, { host }: Running): number {
  const words = wordsOf(lua, L);
  if (words instanceof ErrorReply) return fail(lua, L, words.text.slice(4));
  if (!host.knows(words)) fail(lua, L, "Invalid command passed to redis.acl_check_cmd()");
  lua.lua_pushboolean(L, true);
  return 1;
}

/** Opens `redis`. `running` is asked at each call, because one library serves all scripts. */
export function openRedis(lua: Lua, L: LuaState, running: () => Running): void {
  const boolean =
    (value: boolean): LuaFunction =>
    (state) => {
      lua.lua_pushboolean(state, value);
      return 1;
    };
  const functions: Record<string, LuaFunction> = {
    acl_check_cmd: (state) => aclCheck(lua, state, running()),
    breakpoint: boolean(false),
    call: (state) => call(lua, state, running(), true),
    debug: () => 0,
    error_reply: (state) => singleField(lua, state, "err"),
    log: (state) => log(lua, state, running()),
    pcall: (state) => call(lua, state, running(), false),
    replicate_commands: boolean(true),
    set_repl: () => 0,
    setresp: (state) => setresp(lua, state, running()),
    sha1hex: (state) => sha1hex(lua, state),
    status_reply: (state) => singleField(lua, state, "ok"),
  };
  setLibrary(lua, L, "redis", functions, () => {
    for (const [name, value] of Object.entries(CONSTANTS)) {
      lua.lua_pushnumber(L, value);
      lua.lua_setfield(L, -2, name);
    }
    lua.lua_pushstring(L, REDIS_VERSION);
    lua.lua_setfield(L, -2, "REDIS_VERSION");
  });
}
