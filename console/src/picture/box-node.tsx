/** One box of the picture: a button that opens the panel about it, drawn by its kind. */
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { dispatch, useStore } from '../state/store.ts';
import type { BoxView } from './box-view.ts';
import { DnsSwitch } from './dns-switch.tsx';
import type { BoxFlowNode } from './picture.tsx';
import { Sign } from './sign.tsx';

export function BoxNode({ data }: NodeProps<BoxFlowNode>) {
  return (
    <>
      {/* The library draws an arrow between two of these alone; where it goes is ours. */}
      <Handle type="source" position={Position.Top} isConnectable={false} />
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <DrawnBox box={data.box} />
    </>
  );
}

function DrawnBox({ box }: { readonly box: BoxView }) {
  const isSelected = useStore(({ selected }) => selected === box.id);
  if (box.kind === 'mark')
    return (
      <span className="mark" data-mark={box.id} data-condition={box.condition} aria-hidden="true">
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
      title={box.because}
      onClick={() => dispatch({ type: 'select', id: isSelected ? null : box.id })}
    >
      {box.kind === 'dns' ? <DnsSwitch /> : <BoxText box={box} />}
      <span className="unseen">{unseenText(box)}</span>
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

/** What the drawing says by its place and its look. */
const unseenText = ({ id, kind, condition, because }: BoxView): string => {
  const region =
    id.includes('/') && !/^(edge|zone|link|task|database)\//.test(id) ? ` in ${id.split('/')[0]}` : '';
  return `${kind === 'zone' ? ` ${id.slice(5)}` : region}, ${condition}: ${because}`;
};
