/** Printing for people: colours on a terminal only, and a last line that changes while something goes on. */
export const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

const paint =
  (code: number) =>
  (text: string): string =>
    coloured ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
export const cyan = paint(36);

let liveLine = '';

/** A line that the next one replaces; nothing where output is not a terminal. */
export function live(text: string): void {
  if (!process.stdout.isTTY) return;
  liveLine = text.slice(0, (process.stdout.columns || 100) - 1);
  process.stdout.write(`\r\u001b[K${dim(liveLine)}`);
}

export function say(text = ''): void {
  if (liveLine) process.stdout.write('\r\u001b[K');
  liveLine = '';
  process.stdout.write(`${text}\n`);
}

export function complain(text: string): void {
  if (liveLine) process.stdout.write('\r\u001b[K');
  liveLine = '';
  process.stderr.write(`${process.stderr.isTTY ? red('error') : 'error'}: ${text}\n`);
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [n, cell] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** AWS time of day, for a timeline. */
export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23);
}
