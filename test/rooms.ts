/**
 * ava's configuration for `npm test`. A room is a folder of tests, and runs in one process, because starting a process
 * takes longer than most tests.
 *
 * Owns dist/test/rooms, where it writes a file for each room that imports every test file of the folder. Hence two rules
 * for test files: no title twice in a folder, which ava checks, and no `await` at the top of a file, which
 * test/tidy/files.test.ts checks. Does not know what the tests are about. `npx ava dist/test/FILE.test.js` runs one file
 * without this.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL(".", import.meta.url));
const ROOMS = path.join(TESTS, "rooms");
/** Only `npm run test:all` runs the test files that take long. */
const LONG = ".long.test.js";
/** These rooms begin first, because they take longest. */
const FIRST = ["e2e-long", "e2e", "clients-long", "e2e-threads", "soak-long", "fuzz-long", "server-commands"];
/** Modules that await something at their top. They are loaded before a room, which must declare its tests in one go. */
const AWAITED = ["dist/test/server/fakes.js", "dist/test/server/own-host.js"];

/** The test files by their room: those of a folder, without or with what takes long. */
function roomsOf(files: readonly string[]): Map<string, string[]> {
  const rooms = new Map<string, string[]>();
  for (const file of files.toSorted()) {
    const folder = path.posix.dirname(file).replaceAll("/", "-");
    const room = file.endsWith(LONG) ? `${folder}-long` : folder;
    rooms.set(room, [...(rooms.get(room) ?? []), file]);
  }
  return rooms;
}

function writeRooms(isAll: boolean): void {
  rmSync(ROOMS, { recursive: true, force: true });
  const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" });
  mkdirSync(ROOMS);
  const chosen = files.filter((file) => file.endsWith(".test.js") && (isAll || !file.endsWith(LONG)));
  for (const [room, inRoom] of roomsOf(chosen)) {
    const imports = ["at-a-time.js", ...inRoom].map((file) => `import "../${file}";\n`);
    writeFileSync(path.join(ROOMS, `${room}.test.js`), imports.join(""));
  }
}

function rank(file: string): number {
  const at = FIRST.indexOf(path.basename(file, ".test.js"));
  return at < 0 ? FIRST.length : at;
}

writeRooms(process.env.CARROT_TESTS === "all");

export default {
  files: ["dist/test/rooms/*.test.js"],
  require: AWAITED,
  sortTestFiles: (a: string, b: string) => rank(a) - rank(b),
  workerThreads: false,
  timeout: "3m",
};
