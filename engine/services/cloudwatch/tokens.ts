/** Text into tokens, for the two small languages of alarms: rules of composite alarms and metric math. */

/** `pattern` is sticky; each of its groups holds one kind of token. What it does not match goes to `refuse`. */
export function tokensOf(pattern: RegExp, text: string, refuse: (at: number) => never): readonly string[] {
  const sticky = new RegExp(pattern.source, 'y');
  const end = text.trimEnd().length;
  const tokens: string[] = [];
  while (sticky.lastIndex < end) {
    const from = sticky.lastIndex;
    const found = sticky.exec(text);
    tokens.push(found?.slice(1).find((group) => group !== undefined) ?? refuse(from));
  }
  return tokens;
}
