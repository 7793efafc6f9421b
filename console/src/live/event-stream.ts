/**
 * Server-sent events from the bytes of an answer (the browser's own EventSource cannot send a token).
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream. Pure.
 */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** null: this event did not change the last id. */
  readonly id: string | null;
}

/** Feed it text as it comes; it gives the events that are complete. */
export function eventParser(): (chunk: string) => readonly ServerSentEvent[] {
  let rest = '';
  return (chunk) => {
    rest = (rest + chunk).replace(/\r\n?(?!$)/g, '\n');
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(parsedBlock).filter((event) => event !== null);
  };
}

function parsedBlock(block: string): ServerSentEvent | null {
  let event = 'message';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') event = value ?? '';
    else if (field === 'data') data.push(value ?? '');
    else if (field === 'id') id = value ?? '';
  }
  return data.length > 0 ? { event, data: data.join('\n'), id } : null;
}
