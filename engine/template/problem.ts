/** What is wrong with a template, and where: file, path inside it, what was found, what is allowed. */

export interface Place {
  readonly file: string;
  /** From the template's root: `Resources.Api.Properties.Port`. */
  readonly path: string;
}

export class TemplateError extends Error {
  readonly place: Place;

  constructor(place: Place, problem: string) {
    super(`${place.file}: ${place.path}: ${problem}`);
    this.name = 'TemplateError';
    this.place = place;
  }
}

/** The place one step further in: a member of an object or an element of a list. */
export function inside(place: Place, key: string | number): Place {
  const step = typeof key === 'number' ? `[${key}]` : place.path === '' ? key : `.${key}`;
  return { file: place.file, path: place.path + step };
}

/** A found value in a message: short, and told by its kind when it is large. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

/** “a, b or c” for what is allowed; nothing at all is said too. */
export function choices(names: Iterable<string>): string {
  const list = [...names];
  if (list.length === 0) return 'there are none';
  if (list.length === 1) return String(list[0]);
  return `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
}
