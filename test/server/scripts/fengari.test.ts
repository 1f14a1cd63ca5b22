/**
 * Goal: fengari is not loaded before the first script, and its changes hold: doubles only, readonly tables, lists in order,
 * strings in the order of their bytes.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import { loadFengari, NUMBER, OK } from "../../../server/scripts/fengari.ts";

/** Loads a node, and Lua, in a process of its own: in this one, other tests run scripts. */
const LOADS = `
  import { createRequire } from "node:module";
  const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes("/fengari/"));
  await import("./dist/server/node.js");
  const { Scripts } = await import("./dist/server/scripts/scripts.js");
  const scripts = new Scripts(() => 0);
  scripts.flush();
  const before = isLoaded();
  scripts.add(Buffer.from("return 1"));
  console.log(before, isLoaded());
`;

test("a node loads no Lua before the first script", async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", LOADS]);
  t.is(stdout, "false true\n");
});

test("numbers are doubles, whatever fengari calls them", (t) => {
  const lua = loadFengari();
  const L = lua.lua_newstate();
  lua.lua_load(L, textOnce("return 2147483647 + 1, 65536 * 65536, 10 / 2 .. ''"), null, "=x", "t");
  t.is(lua.lua_pcall(L, 0, 3, 0), OK);
  t.is(lua.lua_tonumber(L, -3), 2 ** 31);
  t.is(lua.lua_tonumber(L, -2), 2 ** 32);
  t.is(Buffer.from(lua.lua_tolstring(L, -1)!).toString(), "5");
});

test("lists come in order, and strings are compared by their bytes", (t) => {
  const lua = loadFengari();
  const L = lua.lua_newstate();
  lua.lua_load(
    L,
    textOnce("return {7, 8, 9, x = 1, 10}, '\\10' < 'A', 'Z' < 'a', 'a' < 'ab'"),
    null,
    "=x",
    "t",
  );
  t.is(lua.lua_pcall(L, 0, 4, 0), OK);
  for (const index of [-3, -2, -1]) t.true(lua.lua_toboolean(L, index));
  lua.lua_settop(L, 1);
  const values: number[] = [];
  lua.lua_pushnil(L);
  while (lua.lua_next(L, 1)) {
    values.push(lua.lua_tonumber(L, -1));
    lua.lua_settop(L, -2);
  }
  t.deepEqual(
    values.filter((value) => value !== 1),
    [7, 8, 9, 10],
  );
});

test("a protected table refuses every way of changing it", (t) => {
  const lua = loadFengari();
  const L = lua.lua_newstate();
  lua.lua_newtable(L);
  lua.protect(L);
  t.true(lua.isProtected(L, -1));
  lua.lua_setglobal(L, "t");
  for (const text of ["t.x = 1", "t[1] = 1"]) {
    lua.lua_load(L, textOnce(text), null, "=x", "t");
    t.not(lua.lua_pcall(L, 0, 0, 0), OK, text);
    t.regex(Buffer.from(lua.lua_tolstring(L, -1)!).toString(), /Attempt to modify a readonly table/);
  }
  lua.lua_getglobal(L, "t");
  lua.lua_pushstring(L, "x");
  lua.lua_pushnumber(L, 5);
  lua.setProtected(L, -3);
  t.is(lua.lua_getfield(L, -1, "x"), NUMBER);
  t.true(lua.isProtected(L, -2));
});

function textOnce(text: string): () => Uint8Array | null {
  let rest: Uint8Array | null = Buffer.from(text);
  return () => {
    const piece = rest;
    rest = null;
    return piece;
  };
}
