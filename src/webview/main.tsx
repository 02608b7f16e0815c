/// <reference path="./assets.d.ts" />
import './css/base.css';
import './css/controls.css';
import './css/frame.css';
import './css/rows.css';
import './css/cards.css';
import './css/ask.css';
import './css/composer.css';
import './css/markdown.css';
import './css/replay.css';
import { options, render } from 'preact';
import type { HostMessage } from '../protocol/view.ts';
import { receive } from './state/store.ts';
import { App } from './view/app.tsx';
import { onMarkdownClick } from './view/links.ts';
import { post } from './vscode.ts';

// Many deltas come in one frame; one drawing of them is enough.
options.debounceRendering = draw => requestAnimationFrame(draw);

window.addEventListener('message', (e: MessageEvent<HostMessage>) => receive(e.data));
document.addEventListener('click', onMarkdownClick);
render(<App />, document.getElementById('root')!);
post({ type: 'ready' });
