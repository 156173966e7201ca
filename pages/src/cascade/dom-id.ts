// The element of a node or a row, by its id: what `aria-activedescendant` names.

export function domIdOf(id: string): string {
  return `node-${id}`;
}
