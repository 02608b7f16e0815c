import * as vscode from 'vscode';
import type { ModelInfo } from '../../model/client.ts';
import { discoverBackends, type RunningBackend } from '../../model/discover.ts';
import { retirementOf } from '../../model/models.ts';
import type { Profile } from '../../model/profile.ts';
import { CUSTOM, PROFILES } from '../../model/profiles.ts';
import type { Backend } from '../../protocol/events.ts';
import type { App } from '../app.ts';
import { baseUrlProblem, originOf, STAND_IN_URL } from '../baseUrl.ts';
import { inform, warn } from '../notices.ts';
import type { Command } from './commands.ts';
import { askForKey } from './setApiKey.ts';

/**
 * Offers the servers that run on this machine first, then every profile; asks for what is still open, keeps it in the
 * person's own settings, and tries it out.
 */
export const selectBackend: Command = {
  title: 'Select Backend',
  async run(app) {
    const picked = await pickBackend(app);
    if (!picked) return;
    if ('standIn' in picked) {
      await save({ baseUrl: STAND_IN_URL, model: '', profile: '', standIn: true });
      void inform('The stand-in backend is selected: scripted, no model.');
      return;
    }
    const backend =
      'running' in picked ? await fromRunning(picked.running) : await askFor(app, picked.profile);
    if (!backend) return;
    await save(backend);
    // A server that listed its models without a key needs none.
    const open = 'running' in picked;
    if (!open && !(await app.keys.get(backend.baseUrl))) await askForKey(app, backend.baseUrl);
    if (vscode.workspace.isTrusted)
      await app.attempt('The backend is selected, but did not answer', () => tryOut(app, backend));
  },
};

type Picked = { standIn: true } | { running: RunningBackend } | { profile: Profile };
type Entry = vscode.QuickPickItem & { choice?: Picked };

async function pickBackend(app: App): Promise<Picked | undefined> {
  const picked = await vscode.window.showQuickPick(entries(app), {
    title: 'Select the backend that serves Kimi K2-Thinking',
    placeHolder: 'Your own server, or a host',
    matchOnDescription: true,
    matchOnDetail: true,
    // An address may have to be looked up first, and a message that goes away gives the focus to the editor.
    ignoreFocusOut: true,
  });
  return picked?.choice;
}

async function entries(app: App): Promise<Entry[]> {
  // In Restricted Mode nothing is sent, not even to ask who listens on this machine.
  const { isTrusted } = vscode.workspace;
  const running = isTrusted ? await discoverBackends({ signal: new AbortController().signal }) : [];
  const { profile: current } = app.settings().backend;
  const separator = (label: string): Entry => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    ...(running.length ? [separator('on this machine')] : []),
    ...running.map(
      (found): Entry => ({
        label: `$(vm-running) ${labelOf(found)}`,
        description: 'running here',
        detail: `${modelsOf(found)} at ${found.baseUrl}`,
        choice: { running: found },
      }),
    ),
    separator(running.length ? 'others' : 'backends'),
    ...[...PROFILES, CUSTOM].map((profile): Entry => {
      const standIn = profile.id === 'standin';
      return {
        label: profile.label,
        ...(profile.id === current && { description: 'current' }),
        detail: standIn ? 'A scripted backend inside the extension, no model' : profile.baseUrl,
        choice: standIn ? { standIn } : { profile },
      };
    }),
  ];
}

const labelOf = ({ profile, version }: RunningBackend) =>
  version ? `${profile.label} ${version}` : profile.label;

function modelsOf({ model, models }: RunningBackend): string {
  if (!models.length) return 'No model loaded,';
  return model ?? `${models.length} models`;
}

/** All is known, but perhaps which of several models. */
async function fromRunning({
  profile,
  baseUrl,
  model,
  models,
}: RunningBackend): Promise<Backend | undefined> {
  const chosen =
    model ??
    (models.length
      ? await vscode.window.showQuickPick(models, { title: `${profile.label}: model`, ignoreFocusOut: true })
      : '');
  if (chosen === undefined) return undefined;
  return { baseUrl, model: chosen, profile: profile.id, standIn: false };
}

async function askFor(app: App, profile: Profile): Promise<Backend | undefined> {
  const current = app.settings().backend;
  const same = current.profile === profile.id;
  const baseUrl = await vscode.window.showInputBox({
    title: `${profile.label}: base URL (1 of 2)`,
    prompt: 'The address of the OpenAI-compatible API, usually ending in /v1.',
    value: same ? current.baseUrl : profile.baseUrl,
    ignoreFocusOut: true,
    validateInput: text => baseUrlProblem(text.trim()),
  });
  if (!baseUrl) return undefined;
  const model = await vscode.window.showInputBox({
    title: `${profile.label}: model (2 of 2)`,
    prompt: profile.selfHosted
      ? 'The name under which the backend serves the model. Empty: the one it serves.'
      : 'The name under which the backend serves the model.',
    value: same ? current.model : (USUAL_MODELS[profile.id] ?? ''),
    ignoreFocusOut: true,
    validateInput: text => (text.trim() || profile.selfHosted ? undefined : 'Enter the name of the model.'),
  });
  if (model === undefined) return undefined;
  return {
    baseUrl: baseUrl.trim().replace(/\/+$/, ''),
    model: model.trim(),
    profile: profile.id,
    standIn: false,
  };
}

/** Hosts name the same weights differently. A server of one's own tells its name itself. */
const USUAL_MODELS: Readonly<Record<string, string>> = {
  openrouter: 'moonshotai/kimi-k2-thinking',
  novita: 'moonshotai/kimi-k2-thinking',
  vercel: 'moonshotai/kimi-k2-thinking',
  together: 'moonshotai/Kimi-K2-Thinking',
  deepinfra: 'moonshotai/Kimi-K2-Thinking',
  siliconflow: 'moonshotai/Kimi-K2-Thinking',
  'siliconflow-cn': 'moonshotai/Kimi-K2-Thinking',
  fireworks: 'accounts/fireworks/models/kimi-k2-thinking',
  vertex: 'kimi-k2-thinking-maas',
  bedrock: 'moonshot.kimi-k2-thinking',
  alibaba: 'kimi-k2-thinking',
  moonshot: 'kimi-k2.6',
  'moonshot-cn': 'kimi-k2.6',
  'kimi-code': 'kimi-for-coding',
};

async function save(backend: Backend): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('ascent');
  const own = vscode.ConfigurationTarget.Global;
  await configuration.update('backend.baseUrl', backend.baseUrl, own);
  await configuration.update('backend.model', backend.model || undefined, own);
  await configuration.update('backend.profile', backend.profile || undefined, own);
}

/** Asks it, and where it does not list the model, which of those it lists is meant. */
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
  if (info.instead) {
    const choose = 'Choose Model';
    const said = retirementOf(new URL(backend.baseUrl).host, info.id);
    const missing = said ?? `${originOf(backend.baseUrl)} does not list a model named ${info.id}.`;
    if ((await warn(missing, choose)) !== choose) return;
    const model = await vscode.window.showQuickPick([...info.instead], {
      title: 'Model',
      ignoreFocusOut: true,
    });
    if (!model) return;
    await save({ ...backend, model });
    return tryOut(app, { ...backend, model });
  }
  const window = `${Math.round(info.contextWindow / 1024)}k tokens of context`;
  const verify = 'Verify';
  const answer = await inform(`Connected: ${info.id}, ${window}.`, verify);
  if (answer === verify) await app.run('ascent.verifyBackend');
}
