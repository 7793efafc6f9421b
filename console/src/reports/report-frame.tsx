/** One report as it was written, in a frame of its own that may run nothing and reach nothing. */
import { useEffect, useState } from 'react';
import { reportPage } from '../live/api.ts';

export function ReportFrame({ id }: { readonly id: string }) {
  const [page, setPage] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    reportPage(id).then(
      (html) => isWanted && setPage(html),
      (problem: Error) => isWanted && setError(problem.message),
    );
    return () => {
      isWanted = false;
    };
  }, [id]);
  if (error)
    return (
      <p className="problem" role="alert">
        {error}
      </p>
    );
  if (page === null) return <p className="nothing">opening…</p>;
  return <iframe className="report-frame" title={`Report ${id}`} sandbox="" srcDoc={page} />;
}
