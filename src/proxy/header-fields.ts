// The header fields of one message as plain data. Reading them all at once and building from an object costs
// a fraction of what many calls into the runtime's `Headers` do (docs/costs.md).

/** What is read of header fields; `Headers` is one of these too. */
export type FieldReader = Pick<Headers, 'get'>;

export class HeaderFields {
  /**
   * By name in lower case, as `Headers` gives them: fields of one name joined with commas. `set-cookie`, the one
   * that cannot be joined (RFC 9110 §5.3), has no meaning in a request.
   */
  readonly all: ReadonlyMap<string, string>;
  /** As HTTP/1.1 would write them: name, colon, blank, value, line end. Values are ASCII on the wire. */
  readonly bytes: number;

  constructor(headers: Headers) {
    const all = new Map<string, string>();
    let bytes = 0;
    for (const [name, value] of headers) {
      const before = all.get(name);
      all.set(name, before === undefined ? value : `${before}, ${value}`);
      bytes += name.length + value.length + 4;
    }
    this.all = all;
    this.bytes = bytes;
  }

  /** @param name in any case */
  get(name: string): string | null {
    return this.all.get(name.toLowerCase()) ?? null;
  }
}
