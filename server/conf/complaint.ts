/**
 * What is wrong with some words, said by a function that does not know where they stand.
 *
 * Owns a value, not an exception: who parses returns it, who knows the place makes a ConfError of it.
 */

export class Complaint {
  readonly text: string;
  /** The word at fault, where there are several and the caller cannot tell which. */
  readonly got: string | undefined;

  constructor(text: string, got?: string) {
    this.text = text;
    this.got = got;
  }
}
