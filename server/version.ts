/**
<<<<<<< HEAD
 * The versions this server shows: its own, and that of the Redis whose behaviour it follows.
 */
import { readFileSync } from "node:fs";

/** Two levels up from `dist/server`, the same in a clone and in an installed package. */
const PACKAGE = new URL("../../package.json", import.meta.url);

/** carrotCache's own version. */
export const VERSION: string = (JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string }).version;

/** Client libraries switch on features by it; 7.4.0 is the first that the built-in client-side caches accept. */
export const REDIS_VERSION = "7.4.0";
=======
 * The version of this package, as package.json has it.
 *
 * Owns no copy of it: the package looks itself up by its own name, which works from the sources, from dist/ and when
 * installed, because package.json exports itself.
 */

import { createRequire } from "node:module";

const manifest: { readonly version: string } = createRequire(import.meta.url)("carrotcache/package.json");

export const version: string = manifest.version;
>>>>>>> conf
