/**
 * What a client is told when a request cannot be answered by a target, by cause (Application Load Balancer
 * guide, “Troubleshoot your load balancers”), and the small page that comes with it. Pure.
 */
import { STATUS_CODES } from 'node:http';
import type { FailureKind, Refusal } from '../../network/http/index.ts';

/** 460 is logged and counted, never seen: the client has left. */
export function statusOfFailure(kind: FailureKind): 460 | 502 | 504 {
  switch (kind) {
    case 'connect-refused':
    case 'tls-failed':
    case 'reset-before-head':
    case 'reset-mid-body':
    case 'malformed':
      return 502;
    case 'connect-timeout':
    case 'head-timeout':
    case 'body-timeout':
      return 504;
    case 'client-gone':
      return 460;
  }
}

export function statusOfRefusal(refusal: Refusal): number {
  switch (refusal.kind) {
    case 'malformed':
    case 'head-too-large':
      return 400;
    case 'line-too-long':
      return refusal.status === 414 ? 414 : 400;
    case 'head-timeout':
      return 408;
    case 'transfer-coding-unknown':
      return 501;
    case 'version-unsupported':
      return 505;
  }
}

const NAMES: Readonly<Record<number, string>> = { 408: 'Request Time-out', 463: '', 504: 'Gateway Time-out' };

export function page(status: number): string {
  const title = `${status} ${NAMES[status] ?? STATUS_CODES[status] ?? ''}`.trim();
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}
