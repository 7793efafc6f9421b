// How figures are worded, the same in the text and on the page. Pure.

/** Seconds with as many decimals as mean something; `never` for what was not reached. */
export function secondsText(seconds: number | null, none = 'never'): string {
  if (seconds === null || !Number.isFinite(seconds)) return none;
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.0001) return '< 0.1 ms';
  if (size < 0.01) return `${Number((seconds * 1000).toPrecision(2))} ms`;
  return `${size < 10 ? seconds.toFixed(2) : size < 10_000 ? seconds.toFixed(1) : String(Math.round(seconds))} s`;
}

/** A budget or another given figure, as given. */
export const givenSeconds = (seconds: number): string =>
  seconds < 0.1 ? `${Number((seconds * 1000).toPrecision(3))} ms` : `${Number(seconds.toPrecision(6))} s`;

/** Not by locale: the same bytes on every machine. */
export function countText(count: number): string {
  const whole = String(Math.round(Math.abs(count))).replace(/\B(?=(\d{3})+$)/g, ',');
  return count < 0 && whole !== '0' ? `-${whole}` : whole;
}

/** A share of one as per cent, never rounded up to 100 % or down to 0 %. */
export function percentText(share: number | null, none = '–'): string {
  if (share === null) return none;
  if (share === 0 || share === 1) return `${share * 100} %`;
  for (const decimals of [1, 2, 3, 4]) {
    const text = (share * 100).toFixed(decimals);
    if (Number(text) !== 0 && Number(text) !== 100) return `${text} %`;
  }
  return share > 0.5 ? '> 99.9999 %' : '< 0.0001 %';
}

export const perThousandText = (value: number): string =>
  value === 0 ? '0' : value < 0.01 ? value.toPrecision(1) : value < 10 ? value.toFixed(2) : value.toFixed(1);

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** `+12.3 s`, `-0.40 s`, `same`; a dash where one of them is missing. */
export function differenceText(
  before: number | null,
  after: number | null,
  word: (size: number) => string,
  /** What is smaller than this cannot be told from none. */
  noise = 0,
): string {
  if (before === null || after === null) return before === after ? 'same' : '–';
  const difference = after - before;
  const size = word(Math.abs(difference));
  // A difference that rounds to nought is none, however it was computed.
  if (Math.abs(difference) <= noise || size === word(0) || Number.parseFloat(size) === 0) return 'same';
  return `${difference > 0 ? '+' : '-'}${size}`;
}
