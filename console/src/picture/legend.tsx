/** What the marks and signs mean. */
export function Legend() {
  return (
    <ul className="legend" aria-label="What the marks mean">
      {(['ok', 'refused', 'failed'] as const).map((outcome) => (
        <li key={outcome}>
          <svg width="44" height="8" aria-hidden="true">
            <path className="arrow-marks" data-outcome={outcome} d="M2 4 H42" strokeWidth="4" />
          </svg>
          {outcome === 'ok' ? 'answered' : outcome}
        </li>
      ))}
      <li>
        <span className="sign" data-condition="lost" aria-hidden="true">
          ✕
        </span>
        lost
      </li>
      <li>
        <span className="sign" data-condition="frozen" aria-hidden="true">
          ❙❙
        </span>
        frozen
      </li>
      <li>
        <span className="sign" data-condition="ailing" aria-hidden="true">
          ▲
        </span>
        ailing
      </li>
    </ul>
  );
}
