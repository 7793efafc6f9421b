/**
 * The control API's token: it arrives in the address's fragment (which no browser sends to a server), is kept for
 * this tab alone, and is taken out of the address so that a copied address gives nothing away.
 */
const KEY = 'understudy.token';

export function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return given ?? sessionStorage.getItem(KEY);
}

export const authorization = (): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}`,
});
