/**
 * The two versions that this server shows: its own, and that of the Redis whose behaviour it claims.
 *
 * Has no copy of its own version: it looks package.json up by the package's name. That works from the sources, from dist/
 * and from an installed package, because package.json exports itself.
 */

import { createRequire } from "node:module";

const manifest: { readonly version: string } = createRequire(import.meta.url)("carrotcache/package.json");

export const version: string = manifest.version;

/** Client libraries decide by it which features to use; 7.4.0 is the first that their client-side caches accept. */
export const REDIS_VERSION = "7.4.0";
