/**
 * Goal: imports point down: from layer to layer, from room to room of server/, and never in a circle.
 * Method: reads the imports of all sources as text, those of types and dynamic ones too; each test names every offender.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { files, importedFiles, LAYERS, offenders, ROOT, type Source, sources } from "./sources.ts";

/** The rooms of server/. Each imports only from those before it, from cluster/ and from proto/. */
const ROOMS = [
  ...["counters", "machine", "store", "conf", "members", "loaders", "groups", "tracking", "reads", "changes"],
  ...["cache", "hits", "clients", "sessions", "scripts", "observe", "commands", "http"],
  ...["threads", "ask", "manual"],
];
/** How many files of server/ may stand outside the rooms. */
const MAX_ROOT_FILES = 6;

const imports: ReadonlyMap<string, readonly string[]> = new Map(
  sources.map((source) => [source.file, importedFiles(source)]),
);

/** -1 for a file outside server/, the room's place in ROOMS for a file in a room, above all rooms for the others. */
function floorOf(file: string): number {
  const [layer, room, inRoom] = file.split("/");
  if (layer !== "server") return -1;
  return inRoom === undefined ? ROOMS.length : ROOMS.indexOf(room!);
}

/** The files of each circle of imports, by Tarjan's algorithm. */
function circles(): string[][] {
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const visit = (file: string): void => {
    numbers.set(file, numbers.size);
    lowest.set(file, numbers.get(file)!);
    path.push(file);
    for (const target of imports.get(file) ?? []) {
      if (!imports.has(target)) continue;
      if (!numbers.has(target)) visit(target);
      if (path.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== numbers.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    if (circle.length > 1) found.push(circle);
  };
  for (const file of imports.keys()) if (!numbers.has(file)) visit(file);
  return found;
}

test("imports point down from layer to layer", (t) => {
  const wrong = offenders((source) => {
    const layer = LAYERS.indexOf(source.file.split("/")[0]!);
    return importedFiles(source).filter((target) => {
      const to = target.split("/")[0]!;
      // Tests of benches aside, nothing imports a test or a bench.
      return LAYERS.indexOf(to) < layer || (to === "bench" && layer !== 1 && layer !== 0);
    });
  });
  t.deepEqual(wrong, []);
});

test("imports point down from room to room", (t) => {
  const unknown = files.filter(
    (file) => file.endsWith(".ts") && file.startsWith("server/") && floorOf(file) < 0,
  );
  t.deepEqual(unknown, [], "in a room that is not in the order");
  const upward = offenders((source) =>
    importedFiles(source).filter(
      (target) =>
        !source.file.startsWith("test/") &&
        !source.file.startsWith("bench/") &&
        floorOf(target) > floorOf(source.file),
    ),
  );
  t.deepEqual(upward, []);
});

test("no files import each other in a circle", (t) => {
  t.deepEqual(circles(), []);
});

test("only main and the library know what a node is made of", (t) => {
  const importers = sources.filter(
    (source) => source.file.startsWith("server/") && importedFiles(source).includes("server/node.ts"),
  );
  t.deepEqual(
    importers
      .map(({ file }) => file)
      .filter((file) => !["server/main.ts", "server/library.ts"].includes(file)),
    [],
  );
});

test("few files stand outside the rooms", (t) => {
  const loose = files.filter((file) => /^server\/[^/]+\.ts$/.test(file));
  t.true(loose.length <= MAX_ROOT_FILES, loose.join(" "));
});

test("the peer links know no RESP", (t) => {
  const resp = /\/(reply|command-reader|error-texts|inline)\.ts$/;
  const wrong = offenders((source) =>
    source.file.startsWith("cluster/") ? importedFiles(source).filter((target) => resp.test(target)) : [],
  );
  t.deepEqual(wrong, []);
});

/** What a World gives. Only server/machine/, which makes the real world, and the files above all rooms may name these. */
const OUTSIDE = [
  ...["setTimeout(", "setInterval(", "Math.random", "Date.now", "performance.now", "performance.timeOrigin"],
  ...["randomBytes } from", "randomInt", '"node:timers/promises"'],
];
/** Rooms that may have sockets of their own: those of clients and of HTTP, the machine's, and the command as a client. */
const WITH_SOCKETS = /^server\/(clients\/|http\/|machine\/|ask\/)/;

test("time, chance and sockets come from the world that is handed in", (t) => {
  const wrong = offenders(({ file, text }) => {
    if (!/^(server|cluster)\/./.test(file) || file.startsWith("server/machine/")) return [];
    // The files above all rooms hand the real world down.
    if (floorOf(file) === ROOMS.length) return [];
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^ *\/\/.*$/gm, "");
    const names = OUTSIDE.filter((name) => code.includes(name));
    const hasSocket = /^import (?!type)[^;]*"node:net"/m.test(code) && !/\bisIPv[46]\b/.test(code);
    return hasSocket && !WITH_SOCKETS.test(file) ? [...names, "node:net"] : names;
  });
  t.deepEqual(wrong, []);
});

/** The exports of a file that exist at run time. Types are left out: a signature can use one that no file imports. */
function exportsOf({ text }: Source): string[] {
  const declared = text.matchAll(/^export (?:abstract |async )?(?:const|let|class|function\*?) (\w+)/gm);
  return Array.from(declared, ([, name]) => name!);
}

test("no name is exported for tests only", (t) => {
  const used = sources.filter(({ file }) => !file.startsWith("test/"));
  const wrong = offenders((source) => {
    if (source.file.startsWith("test/") || source.file === "server/library.ts") return [];
    return exportsOf(source).filter((name) => {
      const word = new RegExp(`\\b${name}\\b`);
      return !used.some(
        (other) =>
          other !== source && word.test(other.text) && imports.get(other.file)!.includes(source.file),
      );
    });
  });
  t.deepEqual(wrong, []);
});

test("each room says in its first line which question it answers", (t) => {
  const rooms = ["proto", "cluster", ...ROOMS.map((room) => `server/${room}`)];
  const wrong = rooms.filter((room) => {
    if (!files.includes(`${room}/DESIGN.md`)) return true;
    const [first] = readFileSync(path.join(ROOT, room, "DESIGN.md"), "utf8").split("\n");
    return !new RegExp(`^# ${path.basename(room)}: .*\\?$`).test(first!);
  });
  t.deepEqual(wrong, []);
});
