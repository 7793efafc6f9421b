/** The Location of a redirect action, with AWS's placeholders. Pure. */
import type { RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';

export interface RedirectedRequest {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly target: string;
}

export interface Redirect {
  readonly status: 301 | 302;
  readonly location: string;
}

/** `openPort` says which port of this machine stands for a port that the action names. */
export function redirectOf(
  config: RedirectActionConfig,
  request: RedirectedRequest,
  openPort: (port: number) => number,
): Redirect {
  const [path = '/', query = ''] = splitOnce(request.target, '?');
  const values: Record<string, string> = {
    protocol: request.protocol,
    host: request.host.replace(/:\d*$/, ''),
    port: String(request.port),
    path: path.replace(/^\//, ''),
    query,
  };
  const fill = (template: string): string =>
    template.replace(/#\{(protocol|host|port|path|query)\}/g, (_all, name: string) => values[name] ?? '');
  const protocol = fill(config.Protocol ?? '#{protocol}').toLowerCase();
  const port = openPort(Number(fill(config.Port ?? '#{port}')));
  const filledQuery = fill(config.Query ?? '#{query}');
  const suffix = filledQuery === '' ? '' : `?${filledQuery}`;
  return {
    status: config.StatusCode === 'HTTP_302' ? 302 : 301,
    location: `${protocol}://${fill(config.Host ?? '#{host}')}:${port}${fill(config.Path ?? '/#{path}')}${suffix}`,
  };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
