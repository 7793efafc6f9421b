/** Waiting until what was deployed answers as a user would see it: through an edge location. */
import type { System } from './system.ts';

export interface Edge {
  readonly name: string;
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

const DEADLINE_MS = 120_000;
const EVERY_MS = 150;

/** The site's plain addresses; none where the app has no CloudFront distribution. */
export async function awaitSite(
  system: System,
  waiting: (waitingFor: string) => void,
): Promise<{ readonly urls: readonly string[] }> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const { global: answer } = await system.status();
    const facts = answer && 'services' in answer ? answer.services['cloudfront'] : undefined;
    const { edges = [], distributions = [] } = (facts ?? {}) as {
      edges?: readonly Edge[];
      distributions?: readonly unknown[];
    };
    if (facts !== undefined && !distributions.length) return { urls: [] };
    const urls = edges.map(
      (edge) => `http://${edge.address}${edge.httpPort === 80 ? '' : `:${edge.httpPort}`}/`,
    );
    const trouble = await Promise.all(urls.map(probe));
    const still = trouble.find((one) => one !== undefined);
    if (urls.length && still === undefined) return { urls };
    if (Date.now() > deadline)
      throw new Error(
        `the site has not answered for ${DEADLINE_MS / 1000} s: ${still ?? 'there is no edge location'}`,
      );
    waiting(`waiting for the site to answer through its front door: ${still ?? 'no edge location yet'}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Both halves of a site: what comes from the buckets and what comes from the tasks. */
async function probe(url: string): Promise<string | undefined> {
  for (const path of ['', 'api/products']) {
    try {
      const response = await fetch(`${url}${path}`, {
        redirect: 'manual',
        signal: AbortSignal.timeout(5000),
      });
      await response.body?.cancel();
      if (response.status >= 500) return `${url}${path} answers ${response.status}`;
    } catch (error) {
      return `${url}${path}: ${(error as Error).message}`;
    }
  }
  return undefined;
}
