/**
 * The versions this server shows: its own, as package.json has it, and that of the Redis whose behaviour it follows.
 *
 * Owns no copy of the first: the package looks itself up by its own name, which works from the sources, from dist/ and
 * when installed, because package.json exports itself.
 */

import { createRequire } from "node:module";

const manifest: { readonly version: string } = createRequire(import.meta.url)("carrotcache/package.json");

export const version: string = manifest.version;

/** Client libraries switch on features by it; 7.4.0 is the first that the built-in client-side caches accept. */
export const REDIS_VERSION = "7.4.0";
