/** What VS Code gives a webview: its api, the theme's variables and classes. Then the story's messages come in. */
import type { ViewMessage } from '../../../src/protocol/view.ts';
import { stories } from '../stories/stories.ts';
import themes from './themes.json' with { type: 'json' };

const wanted = new URLSearchParams(location.search);
const theme = (wanted.get('theme') ?? 'dark') as keyof typeof themes;
const story = stories.find(s => s.name === wanted.get('story')) ?? stories[0]!;

const classes = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  'hc-dark': 'vscode-high-contrast',
  'hc-light': 'vscode-high-contrast-light vscode-high-contrast',
};
document.body.className = classes[theme];
for (const [name, value] of Object.entries({
  '--vscode-font-family': 'system-ui, "Ubuntu", "Droid Sans", sans-serif',
  '--vscode-font-size': '13px',
  '--vscode-editor-font-family': '"Droid Sans Mono", "monospace", monospace',
  ...themes[theme],
}))
  document.documentElement.style.setProperty(name, value);
document.documentElement.style.background = 'var(--vscode-sideBar-background)';

const posted: ViewMessage[] = [];
Object.assign(globalThis, {
  posted,
  acquireVsCodeApi: () => ({
    postMessage(message: ViewMessage) {
      posted.push(message);
      if (message.type === 'ready') for (const m of story.messages()) window.postMessage(m, '*');
    },
    getState: () => undefined,
    setState: () => undefined,
  }),
});
