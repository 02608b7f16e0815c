import * as vscode from 'vscode';
import { type HeldRule, isDeny } from '../../protocol/approvals.ts';
import { ruleInWords } from '../../safety/rules/words.ts';
import { deniedCommand, deniedPath, type Made } from '../../session/rules/madeByHand.ts';
import { rootsOf } from '../../session/rules/ruling.ts';
import { DENIALS, isFromWorkspace, workspaceDenials } from '../../session/rules/workspaceDenials.ts';
import type { App } from '../app.ts';
import { Refused } from '../chat/refused.ts';
import type { Command } from './commands.ts';

/** Every rule that lets something happen or forbids it: what, where, since when; removed by its button. */
export const approvalRules: Command = {
  title: 'Show the approval rules',
  needsTrust: true,
  run: app => showRules(app),
};

interface Entry extends vscode.QuickPickItem {
  held?: HeldRule;
  add?: () => Promise<void>;
}

const removeButton = (): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon('trash'),
  tooltip: 'Remove this rule',
});

async function showRules(app: App): Promise<void> {
  const list = vscode.window.createQuickPick<Entry>();
  list.title = 'Approval rules';
  list.placeholder = 'What runs unasked and what never does. The button at the right removes a rule';
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  const refresh = async () => {
    list.busy = true;
    try {
      list.items = await entries(app);
    } finally {
      list.busy = false;
    }
  };
  const closed = new Promise<void>(resolve => list.onDidHide(resolve));
  list.onDidTriggerItemButton(({ item }) =>
    app.attempt('Remove the rule', async () => {
      if (item.held) await remove(app, item.held);
      await refresh();
    }),
  );
  list.onDidAccept(() => {
    const [picked] = list.selectedItems;
    if (!picked?.add) return;
    list.hide();
    void app.attempt('Add a rule', picked.add);
  });
  list.show();
  try {
    await refresh();
    await closed;
  } finally {
    list.dispose();
  }
}

async function entries(app: App): Promise<Entry[]> {
  const { sessions, host } = await app.engine();
  const { rules: kept, broken: damaged } = await sessions.rules.list();
  const own = await workspaceDenials(host)();
  const broken = damaged ?? own.broken;
  const roots = await rootsOf(host);
  const here = ({ destination, root }: HeldRule) =>
    destination === 'workspace' && root !== undefined && roots.includes(root);
  const groups: [string, readonly HeldRule[]][] = [
    ['This session', app.chat.session?.rules.list() ?? []],
    ['This workspace', kept.filter(here)],
    [`In ${DENIALS}`, own.rules],
    ['All my workspaces', kept.filter(held => held.destination === 'user')],
    ['Other workspaces', kept.filter(held => held.destination === 'workspace' && !here(held))],
  ];
  const shown = groups.flatMap(([label, held]): Entry[] =>
    held.length ? [separator(label), ...held.map(entryOf)] : [],
  );
  const none: Entry = {
    label: 'No rules yet',
    detail: 'When something asks, "Allow for..." keeps a rule for exactly what is shown.',
    alwaysShow: true,
  };
  return [
    ...(broken ? [{ label: '$(warning) The rules are not whole', detail: broken, alwaysShow: true }] : []),
    ...(shown.length || broken ? shown : [none]),
    separator('Forbid'),
    {
      label: '$(circle-slash) Never run a command...',
      detail: 'By its first words, such as git push; wins over every mode',
      add: () => addDenial(app, 'command'),
    },
    {
      label: '$(circle-slash) Never touch a path...',
      detail: 'By a glob, such as migrations/** or ~/notes; wins over every mode',
      add: () => addDenial(app, 'path'),
    },
  ];
}

const separator = (label: string): Entry => ({ label, kind: vscode.QuickPickItemKind.Separator });

function entryOf(held: HeldRule): Entry {
  const { root, since, changed, destination } = held;
  // The folder stands in the line below.
  const rule =
    held.rule.kind === 'argv' && held.rule.within === root ? { ...held.rule, within: undefined } : held.rule;
  const icon = isDeny(rule) ? 'circle-slash' : changed === undefined ? 'check' : 'question';
  const verb = isDeny(rule) ? 'Never' : 'Allow';
  const day = new Date(since).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const where = destination === 'workspace' && root !== undefined ? `${root} · ` : '';
  const asks = changed === undefined ? '' : ` · asks again: the agent changed ${changed}`;
  return {
    // What a rule says must not become a picture.
    label: `$(${icon}) ${verb} ${ruleInWords(rule).replaceAll('$(', '\\$(')}`,
    detail: `${where}since ${day}${asks}`,
    buttons: isFromWorkspace(held) ? [] : [removeButton()],
    held,
  };
}

async function remove(app: App, { destination, id }: HeldRule): Promise<void> {
  if (destination === 'session') return app.chat.session?.rules.remove(id);
  await (await app.engine()).sessions.rules.remove(id);
}

async function addDenial(app: App, kind: 'command' | 'path'): Promise<void> {
  const make = (value: string): Made =>
    kind === 'command' ? deniedCommand(value) : deniedPath(value, undefined);
  const text = await vscode.window.showInputBox({
    title: kind === 'command' ? 'Never run a command that begins with' : 'Never read or write',
    placeHolder: kind === 'command' ? 'git push' : 'migrations/**',
    ignoreFocusOut: true,
    validateInput: value => {
      const made = value.trim() ? make(value) : undefined;
      return made && 'problem' in made ? made.problem : undefined;
    },
  });
  if (!text?.trim()) return;
  const made = make(text);
  if ('problem' in made) throw new Refused(made.problem);
  const { sessions, host } = await app.engine();
  const [root] = await rootsOf(host);
  const everywhere = 'All my workspaces';
  const where = await vscode.window.showQuickPick(
    [...(root === undefined ? [] : ['This workspace']), everywhere],
    { title: 'Where does it hold?', ignoreFocusOut: true },
  );
  if (!where) return;
  if (where === everywhere) await sessions.rules.add(made.rule, { destination: 'user' });
  else
    for (const one of await rootsOf(host))
      await sessions.rules.add(made.rule, { destination: 'workspace', root: one });
  await showRules(app);
}
