// Which weights of icons are bundled: every icon comes in six, and one is drawn. Decides nothing of how icons look.

const weights = ['bold', 'duotone', 'fill', 'light', 'regular', 'thin'] as const;

/** Icons that are drawn bold somewhere, here or in Kumo. */
const drawnBold: ReadonlySet<string> = new Set(['CaretRight', 'MagnifyingGlass']);

/**
 * @param icon its name, "CaretRight"
 * @param code its drawings, as `@phosphor-icons/react/dist/defs` has them: a `Map` with an entry for each weight
 * @returns only the weights that are drawn; an icon in another one is blank
 * @throws where a weight is not found, as when the package writes its drawings otherwise
 */
export function onlyDrawnWeights(icon: string, code: string): string {
  const isDrawn = (weight: string): boolean =>
    weight === 'regular' || (weight === 'bold' && drawnBold.has(icon));
  return weights.reduce((left, weight) => {
    const entry = new RegExp(` {2}\\[\\n {4}"${weight}",\\n[^]*?\\n {2}\\],?\\n`);
    if (!entry.test(left)) {
      throw new Error(
        `The icon ${icon} has no "${weight}" where pages/icon-weights.ts looks for it: see how @phosphor-icons/react writes its drawings now.`,
      );
    }
    return isDrawn(weight) ? left : left.replace(entry, '');
  }, code);
}
