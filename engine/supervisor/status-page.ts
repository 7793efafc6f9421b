/** A plain page that says where things are, until somebody opens something better. No script, no requests. */
import type { SystemSummary } from './control.ts';
import type { MemberView } from './system.ts';

export function statusPage(summary: SystemSummary, members: readonly MemberView[]): string {
  const rows = members
    .map(
      (member) =>
        `<tr><th scope="row">${escapeHtml(member.name)}</th><td>${escapeHtml(member.state)}</td><td>${escapeHtml(member.because)}</td></tr>`,
    )
    .join('\n');
  const site =
    summary.site.map((url) => `<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`).join(', ') || 'not yet';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Understudy</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .8rem; border-bottom: 1px solid #8884 }
code { background: #8882; padding: .1em .3em; border-radius: .2em }
</style></head><body>
<h1>Understudy</h1>
<p><strong>${escapeHtml(summary.phase)}</strong>: ${escapeHtml(summary.because)} · speed ${summary.speed} · AWS time ${new Date(summary.awsNowMs).toISOString()}</p>
<p>Site: ${site}</p>
<table><thead><tr><th>Process</th><th>State</th><th>Why</th></tr></thead><tbody>
${rows}
</tbody></table>
<p>From a terminal: <code>npx understudy status</code>, <code>npx understudy events --follow</code>,
<code>npx understudy lose us-east-1</code>.</p>
</body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
