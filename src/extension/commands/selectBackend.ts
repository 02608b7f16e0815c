import * as vscode from 'vscode';
import type { ModelInfo } from '../../model/client.ts';
import { CUSTOM, PROFILES, type Profile } from '../../model/profiles.ts';
import type { Backend } from '../../protocol/events.ts';
import type { App } from '../app.ts';
import { baseUrlProblem, originOf, STAND_IN_URL } from '../baseUrl.ts';
import { DEFAULT_MODEL } from '../settings.ts';
import type { Command } from './commands.ts';
import { askForKey } from './setApiKey.ts';

/** Walks through profile, address, model and key, keeps them in the person's own settings, and tries them out. */
export const selectBackend: Command = {
  title: 'Select Backend',
  async run(app) {
    const profile = await pickProfile(app);
    if (!profile) return;
    if (profile.id === 'standin') {
      await save({ baseUrl: STAND_IN_URL, model: '', profile: '', standIn: true });
      void vscode.window.showInformationMessage('The stand-in backend is selected: scripted, no model.');
      return;
    }
    const current = app.settings().backend;
    const same = current.profile === profile.id;
    const baseUrl = await vscode.window.showInputBox({
      title: `${profile.label}: base URL (1 of 2)`,
      prompt: 'The address of the OpenAI-compatible API, usually ending in /v1.',
      value: same ? current.baseUrl : profile.baseUrl,
      ignoreFocusOut: true,
      validateInput: text => baseUrlProblem(text.trim()),
    });
    if (!baseUrl) return;
    const model = await vscode.window.showInputBox({
      title: `${profile.label}: model (2 of 2)`,
      prompt: 'The name under which the backend serves the model.',
      value: same ? current.model : usualModel(profile),
      ignoreFocusOut: true,
      validateInput: text => (text.trim() ? undefined : 'Enter the name of the model.'),
    });
    if (!model) return;

    const backend: Backend = {
      baseUrl: baseUrl.trim().replace(/\/+$/, ''),
      model: model.trim(),
      profile: profile.id,
      standIn: false,
    };
    await save(backend);
    if (!(await app.keys.get(backend.baseUrl))) await askForKey(app, backend.baseUrl);
    if (vscode.workspace.isTrusted)
      await app.attempt('The backend is selected, but did not answer', () => tryOut(app, backend));
  },
};

async function pickProfile(app: App): Promise<Profile | undefined> {
  const { profile: current } = app.settings().backend;
  const entries = [...PROFILES, CUSTOM].map(profile => ({
    label: profile.label,
    description: profile.id === current ? 'current' : undefined,
    detail: profile.id === 'standin' ? 'A scripted backend inside the extension, no model' : profile.baseUrl,
    profile,
  }));
  const picked = await vscode.window.showQuickPick(entries, {
    title: 'Select the backend that serves Kimi K2-Thinking',
    placeHolder: 'Your own server, or a host',
    matchOnDetail: true,
  });
  return picked?.profile;
}

/** Hosts name the same weights differently; engines serve them under the name of the repository they come from. */
function usualModel(profile: Profile): string {
  const names: Record<string, string> = {
    openrouter: 'moonshotai/kimi-k2-thinking',
    novita: 'moonshotai/kimi-k2-thinking',
    vercel: 'moonshotai/kimi-k2-thinking',
    together: 'moonshotai/Kimi-K2-Thinking',
    deepinfra: 'moonshotai/Kimi-K2-Thinking',
    siliconflow: 'moonshotai/Kimi-K2-Thinking',
    fireworks: 'accounts/fireworks/models/kimi-k2-thinking',
    vllm: 'moonshotai/Kimi-K2-Thinking',
    sglang: 'moonshotai/Kimi-K2-Thinking',
    ktransformers: 'moonshotai/Kimi-K2-Thinking',
  };
  return names[profile.id] ?? DEFAULT_MODEL;
}

async function save(backend: Backend): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('ascent');
  const own = vscode.ConfigurationTarget.Global;
  await configuration.update('backend.baseUrl', backend.baseUrl, own);
  await configuration.update('backend.model', backend.model || undefined, own);
  await configuration.update('backend.profile', backend.profile || undefined, own);
}

async function tryOut(app: App, backend: Backend): Promise<void> {
  const { probe } = await app.engine();
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: `Asking ${originOf(backend.baseUrl)}`,
    cancellable: true,
  };
  const info = await vscode.window.withProgress<ModelInfo>(progress, async (_, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort(new vscode.CancellationError()));
    return probe(backend, controller.signal);
  });
  const window = `${Math.round(info.contextWindow / 1024)}k tokens of context`;
  void vscode.window.showInformationMessage(`Connected: ${info.id}, ${window}.`);
}
