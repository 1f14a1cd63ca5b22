/**
 * Cuts what a server has sent into whole replies, in either dialect. Knows no command.
 */

/** The replies one after the other, and what is left behind the last whole one. Texts are latin1. */
export function splitReplies(text: string): { readonly replies: readonly string[]; readonly rest: string } {
  const replies: string[] = [];
  let at = 0;
  for (;;) {
    const end = endOfReply(text, at);
    if (end === undefined) return { replies, rest: text.slice(at) };
    replies.push(text.slice(at, end));
    at = end;
  }
}

/** Where the reply that begins at `at` ends; undefined when it is not whole, or none. */
function endOfReply(text: string, at: number): number | undefined {
  const lineEnd = text.indexOf("\r\n", at);
  if (lineEnd < 0) return undefined;
  const after = lineEnd + 2;
  const count = Number(text.slice(at + 1, lineEnd));
  switch (text[at]) {
    case "$":
    case "=": {
      const end = count < 0 ? after : after + count + 2;
      return end <= text.length ? end : undefined;
    }
    case "*":
    case "~":
    case ">":
      return endOfReplies(text, after, count);
    case "%":
      return endOfReplies(text, after, 2 * count);
    case "+":
    case "-":
    case ":":
    case "_":
    case "#":
    case ",":
      return after;
    default:
      return undefined;
  }
}

function endOfReplies(text: string, at: number, count: number): number | undefined {
  let end: number | undefined = at;
  for (let i = 0; i < count && end !== undefined; i++) end = endOfReply(text, end);
  return end;
}
