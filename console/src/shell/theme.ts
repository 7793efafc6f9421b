/** Light or dark: as the machine says, or as a person chose on this machine. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'understudy.theme';

export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(KEY, theme);
  }
}

export const isDark = (): boolean =>
  storedTheme() === 'dark' ||
  (storedTheme() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
