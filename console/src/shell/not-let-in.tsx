/** All that a stranger is shown: why the page stays shut, and the way in. Nothing else would have anything to show. */
export function NotLetIn({ because }: { readonly because: string }) {
  return (
    <main className="not-let-in">
      <h1 className="head-name">Understudy</h1>
      <p role="alert">
        <strong>Not let in:</strong> {because}. Open the page by the link that <code>npm start</code> printed,
        or by <code>npx understudy console</code>.
      </p>
    </main>
  );
}
