/**
 * The version of this package, as package.json has it.
 *
 * Owns no copy of it: the package looks itself up by its own name, which works from the sources, from dist/
 * and when installed, because package.json exports itself.
 */

import { createRequire } from "node:module";

const manifest: { readonly version: string } = createRequire(import.meta.url)("carrotcache/package.json");

export const version: string = manifest.version;
