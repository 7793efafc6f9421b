/** A small line through a metric's points, and its value in words. Pure. */

export function sparkPath(
  points: readonly (readonly [number, number])[],
  width: number,
  height: number,
): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  const most = Math.max(...points.map(([, value]) => value), 1e-9);
  const span = last[0] - first[0] || 1;
  return points
    .map(([atMs, value], index) => {
      const x = 2 + ((atMs - first[0]) / span) * (width - 4);
      const y = height - 2 - (Math.max(0, value) / most) * (height - 4);
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

const UNITS: Readonly<Record<string, string>> = {
  Count: '',
  None: '',
  Percent: ' %',
  Milliseconds: ' ms',
  Seconds: ' s',
  Bytes: ' B',
};

export function valueText(value: number, unit: string): string {
  const number =
    Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : Number(value.toPrecision(3));
  return `${number}${UNITS[unit] ?? ` ${unit}`}`;
}
