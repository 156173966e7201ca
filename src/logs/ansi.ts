// Takes terminal escapes out of a line (ECMA-48): colours, cursor moves, hyperlinks and titles. Pure.

/** Control sequences, operating system commands with their end, and two-character escapes. */
const escapes =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about.
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B\]|\u009D)[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]/g;

export function stripAnsi(text: string): string {
  // Most lines have none, and a look for one character is cheap.
  return text.includes('\u001B') || text.includes('\u009B') || text.includes('\u009D')
    ? text.replaceAll(escapes, '')
    : text;
}
