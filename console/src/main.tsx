/** The page's beginning: the token is taken from the address, the stream is opened, the page is drawn. */
import { createRoot } from 'react-dom/client';
import { keepConnected } from './live/connection.ts';
import { takeToken } from './live/token.ts';
import { App } from './shell/app.tsx';
import { applyTheme, storedTheme } from './shell/theme.ts';
import { dispatch } from './state/store.ts';
import '@xyflow/react/dist/base.css';
import 'uplot/dist/uPlot.min.css';
import './style/theme.css';
import './style/page.css';
import './style/picture.css';
import './style/arrows.css';
import './style/boxes.css';
import './style/dns.css';
import './style/timeline.css';
import './style/charts.css';
import './style/dialog.css';
import './style/panel.css';
import './style/reports.css';

applyTheme(storedTheme());
createRoot(document.getElementById('page')!).render(<App />);
if (takeToken()) keepConnected();
else
  dispatch({
    type: 'connection',
    connection: { state: 'refused', because: 'the address holds no token' },
  });
