// The few SVG words that the pictures are made of, and places on them. Pure.

import { markup } from './escape.ts';

/** A place in picture units, short: a tenth is finer than a screen shows. */
export const place = (value: number): string => String(Math.round(value * 10) / 10);

export type Anchor = 'start' | 'middle' | 'end';

export function text(x: number, y: number, words: string, kind: string, anchor: Anchor = 'start'): string {
  const at = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${place(x)}" y="${place(y)}" class="${kind}"${at}>${markup(words)}</text>`;
}

const titled = (open: string, name: string, title: string | undefined): string =>
  title === undefined ? `${open}/>` : `${open}><title>${markup(title)}</title></${name}>`;

export const path = (d: string, kind: string, title?: string): string =>
  titled(`<path d="${d}" class="${kind}"`, 'path', title);

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  path(`M${place(x1)} ${place(y1)}L${place(x2)} ${place(y2)}`, kind);

export interface Fill {
  /** A pattern's id, where the class does not say how it is filled. */
  readonly pattern?: string;
  readonly title?: string;
}

export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  kind: string,
  { pattern, title }: Fill = {},
): string {
  const fill = pattern === undefined ? '' : ` fill="url(#${pattern})"`;
  return titled(
    `<rect x="${place(x)}" y="${place(y)}" width="${place(Math.max(0, width))}" height="${place(Math.max(0, height))}" class="${kind}"${fill}`,
    'rect',
    title,
  );
}

/** About how wide text is in the sans-serif of the page; enough to decide whether it fits. */
export const textWidth = (words: string, size: number): number => [...words].length * size * 0.56;

/** Stripes that tell a filling apart without its colour. */
export const stripes = (id: string, kind: string, degrees: number, gap = 6): string =>
  `<pattern id="${id}" width="${gap}" height="${gap}" patternUnits="userSpaceOnUse" patternTransform="rotate(${degrees})"><rect width="${gap}" height="${gap}" class="${kind}-ground"/><rect width="${place(gap / 2.6)}" height="${gap}" class="${kind}"/></pattern>`;

/** A picture with a name and a description, for those who do not see it. */
export function svg(
  id: string,
  width: number,
  height: number,
  title: string,
  described: string,
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${width} ${place(height)}" role="img" aria-labelledby="${id}-title ${id}-words">`,
    `<title id="${id}-title">${markup(title)}</title>`,
    `<desc id="${id}-words">${markup(described)}</desc>`,
    ...parts,
    '</svg>',
  ].join('\n');
}
