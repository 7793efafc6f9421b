/** One record on its row, and the whole of it beneath the list. */
import type { TimelineRecord } from '@understudy/engine/console';
import { clockText, momentText } from '../words/format.ts';
import { weightOf } from './weight.ts';

interface RowProps {
  readonly record: TimelineRecord | undefined;
  readonly position: number;
  readonly total: number;
  readonly top: number;
  readonly height: number;
  readonly openId: number | null;
  onOpen(id: number | null): void;
}

export function RecordRow({ record, position, total, top, height, openId, onOpen }: RowProps) {
  const place = { transform: `translateY(${top}px)`, height };
  if (!record)
    return (
      <li className="record" style={place} aria-hidden="true">
        <span className="record-because">…</span>
      </li>
    );
  const isOpen = record.id === openId;
  return (
    <li
      className="record"
      style={place}
      data-weight={weightOf(record.event)}
      data-record={record.id}
      aria-setsize={total}
      aria-posinset={position}
    >
      <button type="button" aria-expanded={isOpen} onClick={() => onOpen(isOpen ? null : record.id)}>
        <span className="record-time">{clockText(record.atMs)}</span>
        <span className="record-event">{record.event}</span>
        <span className="record-where">{record.where}</span>
        <span className="record-because">
          {record.subject}: {record.because}
        </span>
      </button>
    </li>
  );
}

export function RecordDetail(props: { readonly record: TimelineRecord; onClose(): void }) {
  const { record } = props;
  return (
    <section className="record-detail" aria-label={`Record ${record.id}`}>
      <div className="record-detail-head">
        <h3>{record.event}</h3>
        <button type="button" onClick={props.onClose}>
          Close
        </button>
      </div>
      <p>{record.because}</p>
      <dl>
        <dt>What</dt>
        <dd>{record.subject}</dd>
        <dt>Where</dt>
        <dd>
          {record.where}, {record.source}
        </dd>
        <dt>When</dt>
        <dd>{momentText(record.atMs)} UTC</dd>
      </dl>
      {record.data && <pre>{JSON.stringify(record.data, null, 2)}</pre>}
    </section>
  );
}
