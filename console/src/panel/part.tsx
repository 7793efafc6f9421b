/** A part of the panel: its heading, and in words why there is nothing to show. */
import type { ReactNode } from 'react';

interface PartProps {
  readonly title: string;
  readonly error?: string | null;
  /** What is said when there is nothing; the children are left out then. */
  readonly nothing?: string | false;
  readonly children?: ReactNode;
}

export function Part({ title, error, nothing, children }: PartProps) {
  return (
    <section className="part" aria-label={title}>
      <h3>{title}</h3>
      {error ? (
        <p className="problem" role="alert">
          {error}
        </p>
      ) : nothing ? (
        <p className="nothing">{nothing}</p>
      ) : (
        children
      )}
    </section>
  );
}
