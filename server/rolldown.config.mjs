/**
 * How the package's JavaScript is made: a few files instead of some three hundred, because Node takes half of a start to find,
 * open and compile that many.
 *
 * Owns the entries. The worker's file has the name that workers.ts asks for, beside the file that asks. What package.json
 * names as a dependency stays outside, so that a mended version of it is used without a new one of this package.
 */
import { readFileSync } from "node:fs";

const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const outside = Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`));

export default {
  cwd: new URL("..", import.meta.url).pathname,
  input: { cli: "server/cli.ts", library: "server/library.ts", worker: "server/threads/worker.ts" },
  platform: "node",
  external: [/^node:/, ...outside],
  output: {
    dir: "dist/bundle",
    cleanDir: true,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "part-[hash].js",
  },
};
