/** Words of a Dockerfile's instruction: quotes, escapes and variables. docs.docker.com/reference/dockerfile. */

/** Splits at blanks, keeping what stands in quotes together; the quotes go. */
export function words(text: string): readonly string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map((match) =>
    unquote(match[0]),
  );
}

export function unquote(word: string): string {
  return word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_all, double, single, escaped) =>
    double !== undefined ? double.replace(/\\(["\\$])/g, '$1') : (single ?? escaped),
  );
}

export function expand(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(
    /\\\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::([-+])([^}]*))?\})/g,
    (all, plain, braced, operator, word) => {
      if (all === '\\$') return '$';
      const value = known[plain ?? braced];
      if (operator === '-') return value ? value : word;
      if (operator === '+') return value ? word : '';
      return value ?? '';
    },
  );
}
