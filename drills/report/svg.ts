/** The few SVG words that the picture is made of. Pure. */
import { markup } from './escape.ts';

/** A place in picture units, short: a tenth is finer than a screen shows. */
export const place = (value: number): string => String(Math.round(value * 10) / 10);

interface TextOptions {
  readonly anchor?: 'start' | 'middle' | 'end';
}

export function text(
  x: number,
  y: number,
  words: string,
  kind: string,
  { anchor }: TextOptions = {},
): string {
  const at = anchor && anchor !== 'start' ? ` text-anchor="${anchor}"` : '';
  return `<text x="${place(x)}" y="${place(y)}" class="${kind}"${at}>${markup(words)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<path d="M${place(x1)} ${place(y1)}L${place(x2)} ${place(y2)}" class="${kind}"/>`;
}

/** One step of a path that draws a rectangle. */
export function box(x: number, y: number, width: number, height: number): string {
  return `M${place(x)} ${place(y)}h${place(width)}v${place(height)}h${place(-width)}z`;
}

interface RectOptions {
  readonly round?: number;
  readonly title?: string;
}

export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  kind: string,
  { round = 0, title }: RectOptions = {},
): string {
  const open = `<rect x="${place(x)}" y="${place(y)}" width="${place(Math.max(0, width))}" height="${place(height)}" class="${kind}"${round ? ` rx="${round}"` : ''}`;
  return title === undefined ? `${open}/>` : `${open}><title>${markup(title)}</title></rect>`;
}

export const path = (d: string, kind: string, more = ''): string =>
  d ? `<path d="${d}" class="${kind}"${more}/>` : '';

/** About how wide text is in the sans-serif of the page; enough to decide whether it fits. */
export const textWidth = (words: string, size: number): number => [...words].length * size * 0.56;
