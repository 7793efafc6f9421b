/**
 * The seed's diagram, alive: boxes and arrows on a canvas of fixed seats, always shown whole. What is drawn is
 * decided in boxes.ts and arrows.ts; here it is handed to the library, and only what changed is drawn again.
 */
import { type Edge, type Node, Position, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import { useStore } from '../state/store.ts';
import { Arrow } from './arrow.tsx';
import { type ArrowView, arrowsOf } from './arrows.ts';
import { BoxNode } from './box-node.tsx';
import type { BoxView } from './box-view.ts';
import { boxesOf } from './boxes.ts';
import { CANVAS } from './layout.ts';

export type BoxFlowNode = Node<{ readonly box: BoxView }, 'box'>;
export type ArrowFlowEdge = Edge<{ readonly arrow: ArrowView }, 'arrow'>;

const nodeTypes = { box: BoxNode };
const edgeTypes = { arrow: Arrow };
const FRAMES = new Set(['region', 'zone', 'database']);
const WHOLE = { padding: 0.012, minZoom: 0.2, maxZoom: 2 };

export function Picture() {
  const picture = useStore((state) => state.picture);
  const slots = useStore((state) => state.slots);
  const drawn = useMemo(
    () => (picture ? { boxes: boxesOf(picture, slots), arrows: arrowsOf(picture) } : null),
    [picture, slots],
  );
  return (
    <section className="picture" aria-label="The system as it is now">
      {drawn ? (
        <ReactFlowProvider>
          <Canvas boxes={drawn.boxes} arrows={drawn.arrows} />
        </ReactFlowProvider>
      ) : (
        <p className="picture-wait">The picture is drawn as soon as the system answers.</p>
      )}
    </section>
  );
}

function Canvas({
  boxes,
  arrows,
}: {
  readonly boxes: readonly BoxView[];
  readonly arrows: readonly ArrowView[];
}) {
  const nodes = useReused(boxes, nodeOf);
  const edges = useReused(arrows, edgeOf);
  const holder = useRef<HTMLDivElement>(null);
  const { fitBounds } = useReactFlow();
  useEffect(() => {
    const fit = () =>
      void fitBounds({ x: 0, y: -14, width: CANVAS.width, height: CANVAS.height + 16 }, WHOLE);
    const observer = new ResizeObserver(fit);
    if (holder.current) observer.observe(holder.current);
    return () => observer.disconnect();
  }, [fitBounds]);
  return (
    <div className="picture-canvas" ref={holder}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        panOnDrag={false}
        zoomOnScroll={false}
        zoomOnPinch={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        disableKeyboardA11y
        minZoom={0.2}
        proOptions={{ hideAttribution: true }}
      />
    </div>
  );
}

/** The same object for what says the same, so that the library draws it once. */
function useReused<View extends { readonly id: string }, Item>(
  views: readonly View[],
  make: (view: View) => Item,
): Item[] {
  const cache = useRef(new Map<string, { readonly text: string; readonly item: Item }>());
  const next = new Map<string, { readonly text: string; readonly item: Item }>();
  for (const view of views) {
    const text = JSON.stringify(view);
    const before = cache.current.get(view.id);
    next.set(view.id, before?.text === text ? before : { text, item: make(view) });
  }
  cache.current = next;
  return [...next.values()].map(({ item }) => item);
}

function nodeOf(box: BoxView): BoxFlowNode {
  const { x, y, width, height } = box.place;
  const centre = { x: width / 2, y: height / 2, width: 1, height: 1, position: Position.Top };
  return {
    id: box.id,
    type: 'box',
    position: { x, y },
    width,
    height,
    zIndex: box.kind === 'mark' ? 30 : FRAMES.has(box.kind) ? (box.kind === 'region' ? 0 : 10) : 20,
    handles: [
      { ...centre, type: 'source' },
      { ...centre, type: 'target' },
    ],
    data: { box },
  };
}

const edgeOf = (arrow: ArrowView): ArrowFlowEdge => ({
  id: arrow.id,
  source: arrow.from,
  target: arrow.to,
  type: 'arrow',
  zIndex: 5,
  data: { arrow },
});
