/** One box of the picture: a button that opens the panel about it, drawn by its kind. */
import type { NodeProps } from '@xyflow/react';
import { dispatch, useStore } from '../state/store.ts';
import type { BoxView } from './boxes.ts';
import { DnsSwitch } from './dns-switch.tsx';
import type { BoxFlowNode } from './picture.tsx';
import { Sign } from './sign.tsx';

export function BoxNode({ data }: NodeProps<BoxFlowNode>) {
  const { box } = data;
  const isSelected = useStore(({ selected }) => selected === box.id);
  if (box.kind === 'mark')
    return (
      <span className="mark" data-mark={box.id} aria-hidden="true">
        {box.value}
      </span>
    );
  return (
    <button
      type="button"
      className="box"
      data-kind={box.kind}
      data-box={box.id}
      data-condition={box.condition}
      data-serving={box.isServing}
      data-mirrored={box.isMirrored}
      data-emphasis={box.emphasis}
      aria-pressed={isSelected}
      aria-label={spoken(box)}
      title={box.because}
      onClick={() => dispatch({ type: 'select', id: isSelected ? null : box.id })}
    >
      {box.kind === 'dns' ? <DnsSwitch /> : <BoxText box={box} />}
    </button>
  );
}

function BoxText({ box }: { readonly box: BoxView }) {
  return (
    <>
      <span className="box-title">
        <Sign condition={box.condition} />
        {box.title}
      </span>
      <span className="box-value">{box.value}</span>
      {box.note && <span className="box-note">{box.note}</span>}
    </>
  );
}

const spoken = ({ title, value, note, condition, because, id }: BoxView): string =>
  [`${title}${id.startsWith('us-') && id.includes('/') ? ` in ${id.split('/')[0]}` : ''}`, value, note, `${condition}: ${because}`]
    .filter(Boolean)
    .join(', ');
