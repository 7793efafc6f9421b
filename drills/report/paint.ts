/** Colours of a terminal, or none: whoever prints says which. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  /** White on a ground. */
  badge(text: string, good: boolean): string;
}

export interface Printing {
  readonly colour: boolean;
}

export function painter({ colour }: Printing): Paint {
  const paint =
    (codes: string) =>
    (text: string): string =>
      colour ? `\u001b[${codes}m${text}\u001b[0m` : text;
  return {
    bold: paint('1'),
    dim: paint('2'),
    red: paint('31'),
    green: paint('32'),
    yellow: paint('33'),
    cyan: paint('36'),
    badge: (text, good) => paint(good ? '1;37;42' : '1;37;41')(colour ? ` ${text} ` : text),
  };
}
