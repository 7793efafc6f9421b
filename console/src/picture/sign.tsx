/** A condition as a shape: what is well says nothing; what is not has a sign of its own, whatever its colour. */
import type { Condition } from '@understudy/engine/console';

const SIGNS: Readonly<Record<Condition, string>> = {
  well: '',
  ailing: '▲',
  frozen: '❙❙',
  lost: '✕',
  unknown: '?',
};

export function Sign({ condition }: { readonly condition: Condition }) {
  if (condition === 'well') return null;
  return (
    <span className="sign" data-condition={condition} aria-hidden="true">
      {SIGNS[condition]}
    </span>
  );
}
