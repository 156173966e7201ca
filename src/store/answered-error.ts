// What is said of an answer that is no 2xx: most attempts that fail say this and no more, so it is made of the status
// again where it is read (`errorOf` in sql.ts).

/** Of an attempt that failed by its answer. */
export function answeredError(status: number): string {
  return `The destination answered ${status}.`;
}
