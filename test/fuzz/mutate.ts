/**
 * Changes inputs so that they are likely to reach new code. Knows nothing of what the bytes mean, except for the length
 * with which a frame begins.
 */
import type { Dice } from "./dice.ts";

/** Longer inputs find no more than short ones, and take more time. */
const MAX_BYTES = 4096;

type Change = (input: Buffer, dice: Dice, other: Buffer, tokens: readonly Buffer[]) => Buffer;

function spliced(input: Buffer, from: number, to: number, inserted: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, from), inserted, input.subarray(to)]);
}

/** A stretch of the input, mostly short. */
function stretch(input: Buffer, dice: Dice): [from: number, to: number] {
  const from = dice.below(input.length + 1);
  const longest = dice.below(4) === 0 ? input.length : 8;
  return [from, Math.min(input.length, from + dice.below(longest + 1))];
}

const CHANGES: readonly Change[] = [
  function flipBit(input, dice) {
    const changed = Buffer.from(input);
    if (changed.length > 0) changed[dice.below(changed.length)]! ^= 1 << dice.below(8);
    return changed;
  },
  function setByte(input, dice) {
    const at = dice.below(input.length + 1);
    return spliced(input, at, at + 1, Uint8Array.of(dice.one([0, 1, 0x7f, 0x80, 0xff, dice.below(256)])));
  },
  function insertToken(input, dice, _other, tokens) {
    const at = dice.below(input.length + 1);
    return spliced(input, at, at, dice.one(tokens));
  },
  function replaceByToken(input, dice, _other, tokens) {
    return spliced(input, ...stretch(input, dice), dice.one(tokens));
  },
  function drop(input, dice) {
    return spliced(input, ...stretch(input, dice), Buffer.alloc(0));
  },
  function repeat(input, dice) {
    const [from, to] = stretch(input, dice);
    const times = dice.one([1, 2, 20]);
    return spliced(input, to, to, Buffer.concat(Array(times).fill(input.subarray(from, to))));
  },
  function cross(input, dice, other) {
    const [from, to] = stretch(other, dice);
    return spliced(input, ...stretch(input, dice), other.subarray(from, to));
  },
  function append(input, _dice, other) {
    return Buffer.concat([input, other]);
  },
  function changeNumber(input, dice) {
    const digits = Array.from(input.toString("latin1").matchAll(/\d+/g));
    if (digits.length === 0) return input;
    const { index, 0: text } = dice.one(digits);
    const number = Number(text) + dice.one([-1, 1, 10, -Number(text), 2 ** 20, 2 ** 31]);
    return spliced(input, index, index + text.length, Buffer.from(String(number)));
  },
  function reframe(input) {
    return input.length === 0 ? input : Buffer.concat([varint(input.length), input]);
  },
  function changeInFrame(input, dice, other, tokens) {
    if (input.length < 2 || input[0]! >= 0x80) return input;
    const payload = input.subarray(1, 1 + input[0]!);
    const changed = dice.one(CHANGES.slice(0, 7))(payload, dice, other, tokens);
    return Buffer.concat([varint(changed.length), changed, input.subarray(1 + payload.length)]);
  },
];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** A few changes to one input of the corpus, with pieces of another. */
export function mutate(corpus: readonly Buffer[], dice: Dice, tokens: readonly Buffer[]): Buffer {
  let input = dice.one(corpus);
  for (let left = 1 + dice.below(4); left > 0; left--) {
    input = dice.one(CHANGES)(input, dice, dice.one(corpus), tokens);
  }
  return input.subarray(0, MAX_BYTES);
}
