// A figure as a bar of characters, with a line where its budget ends. Shape carries what colour might: filled, empty,
// and the limit stand out without it.

/** `most` fills the width; null (never reached) fills it whole and goes on. */
export function budgetBar(found: number | null, allowed: number | null, most: number, width: number): string {
  if (width < 2) return '';
  const cells = (value: number): number =>
    most > 0 ? Math.min(width, Math.max(0, Math.round((value / most) * width))) : 0;
  const filled = found === null ? width : Math.max(found > 0 ? 1 : 0, cells(found));
  const limit = allowed === null ? -1 : Math.max(1, cells(allowed)) - 1;
  let bar = '';
  for (let n = 0; n < width; n++) {
    if (n === limit) bar += n < filled ? '┃' : '│';
    else if (n < filled) bar += found === null && n === width - 1 ? '▶' : '█';
    else bar += n < limit ? '░' : ' ';
  }
  return bar;
}
