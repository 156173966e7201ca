// The theme's colours as a canvas can take them: it knows no `light-dark()` and no `var()`.

/**
 * @param element whose theme holds
 * @param use what is made of the colours; `read` takes a variable's name without `--tl-`
 */
export function withCssColours<Made>(
  element: HTMLElement,
  use: (read: (name: string) => string) => Made,
): Made {
  const probe = document.createElement('i');
  element.append(probe);
  const made = use((name) => {
    probe.style.color = `var(--tl-${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return made;
}
