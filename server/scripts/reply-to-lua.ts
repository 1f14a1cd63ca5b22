/**
 * What a command replies, as the value that a script gets: Redis' conversions.
 *
 *     integer ─▶ number    bulk ─▶ string    array ─▶ table    status ─▶ {ok=}    error ─▶ {err=}    null ─▶ false
 *
 * After redis.setresp(3) also {map=}, {set=}, {double=}, booleans, {verbatim_string=}, and null is nil.
 */
import {
  ByDialect,
  Double,
  Encoded,
  ErrorReply,
  NullArray,
  type Protocol,
  Push,
  type Reply,
  Several,
  SimpleString,
  Verbatim,
} from "../../proto/reply.ts";
import type { Lua, LuaState } from "./fengari.ts";
import { textG } from "./number-text.ts";

/** Pushes the value of a reply. */
export function pushReply(lua: Lua, L: LuaState, reply: Reply, resp: Protocol): void {
  if (!lua.lua_checkstack(L, 4)) lua.fail(L, "reply is nested too deeply");
  if (reply === null || reply instanceof NullArray) pushNull(lua, L, resp);
  else if (typeof reply === "number" || typeof reply === "bigint") lua.lua_pushnumber(L, Number(reply));
  else if (typeof reply === "string") lua.lua_pushstring(L, Buffer.from(reply));
  else if (reply instanceof Uint8Array) lua.lua_pushstring(L, reply);
  else if (typeof reply === "boolean") pushBoolean(lua, L, reply, resp);
  else if (reply instanceof SimpleString) pushField(lua, L, "ok", Buffer.from(reply.text));
  else if (reply instanceof ErrorReply) pushField(lua, L, "err", Buffer.from(reply.text));
  else if (reply instanceof Verbatim) pushVerbatim(lua, L, reply.text, resp);
  else if (reply instanceof Double) pushDouble(lua, L, reply.value, resp);
  else if (reply instanceof ByDialect)
    pushReply(lua, L, (resp === 3 ? reply.resp3 : reply.resp2) ?? null, resp);
  else if (reply instanceof Map) pushMap(lua, L, reply, resp);
  else if (reply instanceof Set && resp === 3) pushSet(lua, L, reply, resp);
  else if (reply instanceof Encoded) throw new Error("a command of this node has encoded its reply");
  else
    pushArray(
      lua,
      L,
      reply instanceof Push ? reply.elements : reply instanceof Several ? reply.replies : [...reply],
      resp,
    );
}

function pushNull(lua: Lua, L: LuaState, resp: Protocol): void {
  if (resp === 3) lua.lua_pushnil(L);
  else lua.lua_pushboolean(L, false);
}

function pushBoolean(lua: Lua, L: LuaState, value: boolean, resp: Protocol): void {
  if (resp === 3) lua.lua_pushboolean(L, value);
  else lua.lua_pushnumber(L, value ? 1 : 0);
}

function pushField(lua: Lua, L: LuaState, name: string, bytes: Uint8Array): void {
  lua.lua_newtable(L);
  lua.lua_pushstring(L, bytes);
  lua.lua_setfield(L, -2, name);
}

function pushVerbatim(lua: Lua, L: LuaState, text: string, resp: Protocol): void {
  if (resp === 2) lua.lua_pushstring(L, Buffer.from(text));
  else {
    lua.lua_newtable(L);
    pushField(lua, L, "string", Buffer.from(text));
    lua.lua_pushstring(L, "txt");
    lua.lua_setfield(L, -2, "format");
    lua.lua_setfield(L, -2, "verbatim_string");
  }
}

function pushDouble(lua: Lua, L: LuaState, value: number, resp: Protocol): void {
  if (resp === 2) lua.lua_pushstring(L, textG(value, 17));
  else {
    lua.lua_newtable(L);
    lua.lua_pushnumber(L, value);
    lua.lua_setfield(L, -2, "double");
  }
}

function pushArray(lua: Lua, L: LuaState, elements: readonly Reply[], resp: Protocol): void {
  lua.lua_newtable(L);
  for (const [i, element] of elements.entries()) {
    pushReply(lua, L, element, resp);
    lua.lua_rawseti(L, -2, i + 1);
  }
}

function pushMap(lua: Lua, L: LuaState, map: ReadonlyMap<string, Reply>, resp: Protocol): void {
  if (resp === 2) {
    pushArray(lua, L, [...map].flat(), resp);
    return;
  }
  lua.lua_newtable(L);
  lua.lua_newtable(L);
  for (const [name, value] of map) {
    pushReply(lua, L, value, resp);
    lua.lua_setfield(L, -2, name);
  }
  lua.lua_setfield(L, -2, "map");
}

function pushSet(lua: Lua, L: LuaState, set: ReadonlySet<Reply>, resp: Protocol): void {
  lua.lua_newtable(L);
  lua.lua_newtable(L);
  for (const member of set) {
    pushReply(lua, L, member, resp);
    lua.lua_pushboolean(L, true);
    lua.lua_rawset(L, -3);
  }
  lua.lua_setfield(L, -2, "set");
}
