/**
 * Replaces the content of a file in one step.
 *
 * Invariant: at each moment, also of a crash, the path has the old content or the new one, with the old mode and owner.
 * When it cannot be so, the old file stays and an error is thrown. Knows nothing of what is in the file.
 */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

const PERMISSIONS = 0o7777;

/** `path` is no symbolic link. */
export function replaceFile(path: string, content: Uint8Array): void {
  const { mode, uid, gid } = statSync(path);
  const fresh = `${path}.${process.pid}.new`;
  const file = openSync(fresh, "wx", 0o600);
  try {
    writeFileSync(file, content);
    const own = fstatSync(file);
    if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid);
    fchmodSync(file, mode & PERMISSIONS);
    fsyncSync(file);
    renameSync(fresh, path);
  } catch (error) {
    unlinkSync(fresh);
    throw error;
  } finally {
    closeSync(file);
  }
  syncDirectory(dirname(path));
}

/** Before that, the new name is not on the disk. */
function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
