/** How a guest's own variables join the ones that every guest gets. */

/** Its own NODE_OPTIONS come after the ones that load the preload, not instead of them. */
export function withPreload(
  base: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const options = [base['NODE_OPTIONS'], own['NODE_OPTIONS']].filter(Boolean).join(' ');
  return { ...base, ...own, ...(options ? { NODE_OPTIONS: options } : {}) };
}
