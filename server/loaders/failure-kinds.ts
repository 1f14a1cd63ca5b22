/**
 * Why a load failed, beside the text that clients read.
 *
 * Invariant: the kinds are few, so that the log can count by them. An outcome goes to clients and to other members, so the
 * reason is not part of it: it is looked up by the outcome as long as that lives.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { KeyNotAllowed, OriginStatus, ValueTooLarge } from "./errors.ts";

export type FailureKind =
  | "error"
  | "timeout"
  | "unreachable"
  | "status"
  | "too-large"
  | "wrong-result"
  | "wrong-key"
  | "queue-full"
  | "stopped";

export interface Reason {
  readonly kind: FailureKind;
  /** What the loader threw, if it threw. */
  readonly thrown?: unknown;
}

export type Failure = Extract<Outcome, { readonly kind: "error" }>;

const reasons = new WeakMap<Outcome, Reason>();

/** Codes of the errors that say that nobody answers there. */
const UNREACHABLE =
  /^(ECONN\w+|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|UND_ERR_CONNECT_TIMEOUT|UND_ERR_SOCKET)$/;

export function failure(text: string, reason: Reason): Failure {
  const outcome: Failure = { kind: "error", text };
  reasons.set(outcome, reason);
  return outcome;
}

/** The reason of an outcome that `failure` made. */
export function reasonOf(outcome: Outcome): Reason | undefined {
  return reasons.get(outcome);
}

/** Never throws, whatever the loader threw. */
export function reasonFor(thrown: unknown): Reason {
  return { kind: kindOf(thrown), thrown };
}

function kindOf(thrown: unknown): FailureKind {
  try {
    if (thrown instanceof ValueTooLarge) return "too-large";
    if (thrown instanceof KeyNotAllowed) return "wrong-key";
    if (thrown instanceof OriginStatus) return "status";
    const { code, cause } = thrown as {
      readonly code?: unknown;
      readonly cause?: { readonly code?: unknown };
    };
    return [code, cause?.code].some((each) => UNREACHABLE.test(String(each))) ? "unreachable" : "error";
  } catch {
    return "error";
  }
}
