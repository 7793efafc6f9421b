/** What became of an operator's word, in the page's words and then the controller's. Pure. */
import type { ControllerAnswer } from '@understudy/engine/console';

/** `running` is begun and unfinished: said alone it reads as if something else were in the way. */
export const outcomeText = ({ result }: Pick<ControllerAnswer, 'result'>): string =>
  result === 'running' ? 'under way' : result;

export const saidText = (said: Pick<ControllerAnswer, 'result' | 'because'>): string =>
  `${outcomeText(said)}: ${said.because}`;
