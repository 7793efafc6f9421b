/**
 * What moves the marks along the arrows: one timer for all of them, slow while little flows, and none at all while
 * nothing does or nobody looks. An animation of the browser's would draw sixty times a second for a trickle.
 */

/** Length of one repetition of each pattern, as in arrows.css. */
const PERIOD = 20;
const SLOW_MS = 120;
const FAST_MS = 45;
/** From so many marks a second on, slow steps would look like standing still or running backwards. */
const FAST_PACE = 1.5;

interface Line {
  readonly element: SVGPathElement;
  pace: number;
  offset: number;
}

const lines = new Map<SVGPathElement, Line>();
const stillness = matchMedia('(prefers-reduced-motion: reduce)');
let timer: ReturnType<typeof setTimeout> | null = null;
let lastMs = 0;

/** Sets how many marks pass a second; what runs already goes on from where it is. */
export function setPace(element: SVGPathElement, pace: number): void {
  const line = lines.get(element);
  if (line) line.pace = pace;
  else lines.set(element, { element, pace, offset: 0 });
  start();
}

export function forget(element: SVGPathElement): void {
  lines.delete(element);
}

function start(): void {
  if (timer !== null || lines.size === 0 || document.hidden || stillness.matches) return;
  lastMs = performance.now();
  timer = setTimeout(step, SLOW_MS);
}

function step(): void {
  timer = null;
  if (lines.size === 0 || document.hidden || stillness.matches) return;
  const nowMs = performance.now();
  let most = 0;
  for (const line of lines.values()) {
    line.offset = (line.offset - (line.pace * PERIOD * (nowMs - lastMs)) / 1000) % PERIOD;
    line.element.style.strokeDashoffset = `${line.offset.toFixed(1)}px`;
    most = Math.max(most, line.pace);
  }
  lastMs = nowMs;
  timer = setTimeout(step, most > FAST_PACE ? FAST_MS : SLOW_MS);
}

document.addEventListener('visibilitychange', start);
stillness.addEventListener('change', start);
